package dev.ragwright.onnx;

import dev.ragwright.onnx.files.JarOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the files of a model are: a folder, or resources on the class path or module path. */
sealed interface ModelFiles {

  /**
   * What a file holds, or null when there is none of that name.
   *
   * @throws ModelLoadException if it is a pointer of Git LFS
   */
  @Nullable InputStream open(String file) throws IOException;

  /** Whether a file is only a pointer of Git LFS, in place of what it should hold. */
  boolean isPointer(String file) throws IOException;

  /** The path of a file that native code can open by itself. */
  Optional<Path> path(String file);

  /** The file, for an error's text. */
  String where(String file);

  /**
   * What identifies the content of a file without reading it, on this machine; empty where nothing
   * does.
   */
  Optional<String> origin(String file);

  /** The names of all files in a folder, sorted; {@code ""} is the root. */
  List<String> list(String folder) throws IOException;

  /** How many bytes a file has; empty when there is none of that name. */
  OptionalLong size(String file) throws IOException;

  /** The folders below the root, three deep at most, that have such a file; sorted. */
  List<String> foldersWith(String file) throws IOException;

  /** The files of a folder, with it as the root. */
  ModelFiles within(String folder);

  /** A folder on disk. */
  record Folder(Path root) implements ModelFiles {
    /**
     * Where a file is, whose name may be one that settings have.
     *
     * @throws ModelLoadException if no file can have that name, or it leads out of the folder
     */
    private Path place(String file) {
      Path place = named(file);
      if (!holds(place)) {
        throw new ModelLoadException(
            root.toString(), "the file \"%s\"".formatted(file), "one within the folder");
      }
      return place;
    }

    private Path named(String file) {
      try {
        return root.resolve(file);
      } catch (InvalidPathException e) {
        throw new ModelLoadException(
            root.toString(),
            "the name \"%s\" of a file".formatted(file),
            "a name that files can have here",
            e);
      }
    }

    private boolean holds(Path place) {
      return place.toAbsolutePath().normalize().startsWith(root.toAbsolutePath().normalize());
    }

    @Override
    public @Nullable InputStream open(String file) throws IOException {
      Path path = place(file);
      Optional<ModelLoadException> pointer = WrongFile.pointer(path);
      if (pointer.isPresent()) {
        throw pointer.get();
      }
      return Files.isRegularFile(path) ? Files.newInputStream(path) : null;
    }

    @Override
    public boolean isPointer(String file) throws IOException {
      return WrongFile.pointer(place(file)).isPresent();
    }

    @Override
    public Optional<Path> path(String file) {
      return Optional.of(place(file));
    }

    @Override
    public String where(String file) {
      return place(file).toString();
    }

    @Override
    public Optional<String> origin(String file) {
      return Optional.empty(); // it may be written over within the same second
    }

    @Override
    public List<String> list(String folder) throws IOException {
      Path path = place(folder);
      if (!Files.isDirectory(path)) {
        return List.of();
      }
      try (Stream<Path> files = Files.list(path)) {
        return files
            .filter(Files::isRegularFile)
            .map(file -> String.valueOf(file.getFileName()))
            .sorted()
            .toList();
      }
    }

    @Override
    public OptionalLong size(String file) throws IOException {
      Path path = named(file);
      return holds(path) && Files.isRegularFile(path)
          ? OptionalLong.of(Files.size(path))
          : OptionalLong.empty();
    }

    @Override
    public List<String> foldersWith(String file) throws IOException {
      try (Stream<Path> found = Files.find(root, 4, (path, is) -> path.endsWith(file))) {
        return found
            .map(path -> root.relativize(path))
            .filter(path -> path.getNameCount() > 1)
            .map(path -> path.subpath(0, path.getNameCount() - 1))
            .map(folder -> folder.toString().replace('\\', '/'))
            .sorted()
            .toList();
      }
    }

    @Override
    public ModelFiles within(String folder) {
      return new Folder(place(folder));
    }
  }

  /**
   * The large files as another artifact's jar has them, the settings beside this class.
   *
   * @param artifact the Maven artifact that carries the large files
   * @param carried file to resource name
   */
  record Bundled(String name, String artifact, Map<String, String> carried) implements ModelFiles {
    @Override
    public @Nullable InputStream open(String file) {
      String resource = carried.get(file);
      if (resource == null) {
        return ModelFiles.class.getResourceAsStream(name + "/" + file);
      }
      // Of the loader: the class would look into its own module only.
      InputStream found = ModelFiles.class.getClassLoader().getResourceAsStream(resource);
      if (found == null) {
        throw new ModelLoadException(
            resource,
            "no such resource on the class path or module path",
            "the Maven artifact " + artifact + ": add it to your dependencies");
      }
      return found;
    }

    @Override
    public boolean isPointer(String file) {
      return false;
    }

    @Override
    public Optional<Path> path(String file) {
      return Optional.empty();
    }

    @Override
    public Optional<String> origin(String file) {
      String resource = carried.get(file);
      return resource == null
          ? Optional.empty()
          : JarOrigin.of(ModelFiles.class.getResource("/" + resource));
    }

    @Override
    public String where(String file) {
      return carried.getOrDefault(file, name + "/" + file) + " of " + artifact;
    }

    @Override
    public List<String> list(String folder) {
      return folder.isEmpty() ? List.copyOf(new TreeSet<>(carried.keySet())) : List.of();
    }

    @Override
    public OptionalLong size(String file) throws IOException {
      InputStream found = open(file);
      if (found == null) {
        return OptionalLong.empty();
      }
      try (found) {
        return OptionalLong.of(found.transferTo(OutputStream.nullOutputStream()));
      }
    }

    @Override
    public List<String> foldersWith(String file) {
      return List.of();
    }

    @Override
    public ModelFiles within(String folder) {
      throw new IllegalArgumentException(artifact + " has no folders");
    }
  }
}
