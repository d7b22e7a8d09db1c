package dev.ragwright.observe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Query;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers to a file of JSON Lines that a generator's model can be fine-tuned with; {@code
 * TrainingTriplets} is for embedders. Choose the answers first, by people or by metrics: a model
 * learns their mistakes as well. The file holds users' questions.
 *
 * <p>Safe to share. Close it when done; what is in the file stays.
 */
public final class TrainingPairs implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final @Nullable PromptTemplate prompt;
  private final BufferedWriter writer;

  private TrainingPairs(Path file, @Nullable PromptTemplate prompt) {
    this.file = file;
    this.prompt = prompt;
    try {
      this.writer =
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write training pairs to " + file, e);
    }
  }

  /**
   * Appends lines of the parts of an answer, for programs that make their own prompts of them:
   *
   * <pre>{@code
   * {"question": "...", "context": [{"passageId": "...", "documentId": "...", "text": "..."}],
   *  "answer": "...", "citations": [{"passageId": "...", "documentId": "...", "start": 0, "end": 9,
   *  "quote": "...", "answerStart": 0, "answerEnd": 9, "quoted": true}]}
   * }</pre>
   *
   * <p>Places count UTF-16 units, the end exclusive.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static TrainingPairs open(Path file) {
    return new TrainingPairs(file, null);
  }

  /**
   * Appends lines of conversations, the form that trainers of chat models read, TRL's {@code
   * SFTTrainer} among them: {@code {"messages": [{"role": "system", "content": "..."}, ...,
   * {"role": "assistant", "content": "..."}]}}. The last message is the answer with the markers
   * that its citations had, such as {@code [1]}, as {@link CitedText} reads them; without those of
   * citations that end where it reads none, as in code.
   *
   * @param prompt what the model will be told when it is used
   * @throws UncheckedIOException if the file cannot be written
   */
  public static TrainingPairs openChats(Path file, PromptTemplate prompt) {
    return new TrainingPairs(file, prompt);
  }

  /**
   * Writes an answer; of an abstention nothing.
   *
   * @return whether something was written
   * @throws UncheckedIOException if the file cannot be written, or was closed
   */
  public boolean add(Answer answer) {
    if (!(answer.outcome() instanceof Outcome.Answered)) {
      return false;
    }
    String line = (prompt == null ? fields(answer) : chat(answer, prompt)).toString();
    synchronized (this) {
      try {
        writer.write(line);
        writer.write('\n');
        writer.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write training pairs to " + file, e);
      }
    }
    return true;
  }

  private static ObjectNode fields(Answer answer) {
    ObjectNode root = JSON.createObjectNode().put("question", answer.trace().question());
    ArrayNode context = root.putArray("context");
    for (Evidence evidence : answer.context().evidence()) {
      Passage passage = evidence.passage();
      context
          .addObject()
          .put("passageId", passage.id())
          .put("documentId", passage.documentId())
          .put("text", passage.text());
    }
    root.put("answer", answer.text());
    ArrayNode citations = root.putArray("citations");
    for (Citation citation : answer.citations()) {
      citations
          .addObject()
          .put("passageId", citation.passageId())
          .put("documentId", citation.documentId())
          .put("start", citation.start())
          .put("end", citation.end())
          .put("quote", citation.quote())
          .put("answerStart", citation.answerStart())
          .put("answerEnd", citation.answerEnd())
          .put("quoted", citation.quoted());
    }
    return root;
  }

  private static ObjectNode chat(Answer answer, PromptTemplate prompt) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode messages = root.putArray("messages");
    GenerationRequest request = GenerationRequest.of(Query.of(answer.question()), answer.context());
    prompt.messages(request).forEach(message -> add(messages, message));
    add(messages, ChatMessage.assistant(marked(answer, prompt)));
    return root;
  }

  private static void add(ArrayNode messages, ChatMessage message) {
    messages
        .addObject()
        .put("role", message.role().name().toLowerCase(Locale.ROOT))
        .put("content", message.text());
  }

  /** The text with a marker behind what each citation is for. */
  private static String marked(Answer answer, PromptTemplate prompt) {
    String text = answer.text();
    String read = read(text, answer, prompt);
    List<Citation> lastFirst =
        answer.citations().reversed().stream()
            .sorted(Comparator.comparingInt(Citation::answerEnd).reversed())
            .toList();
    for (Citation citation : lastFirst) {
      int number = number(answer.context().evidence(), citation);
      int end = citation.answerEnd();
      while (end > citation.answerStart() && " |:;,".indexOf(text.charAt(end - 1)) >= 0) {
        end--;
      }
      String marked = text.substring(0, end) + " [" + number + "]" + text.substring(end);
      text = number > 0 && read(marked, answer, prompt).equals(read) ? marked : text;
    }
    return text;
  }

  private static String read(String text, Answer answer, PromptTemplate prompt) {
    return CitedText.read(
            text, answer.context(), prompt, Generation.FinishReason.STOP, Usage.unknown())
        .text();
  }

  /** From 1; 0 if the quote is of none of the evidence. */
  private static int number(List<Evidence> evidence, Citation citation) {
    for (int i = 0; i < evidence.size(); i++) {
      Passage passage = evidence.get(i).passage();
      if (passage.documentId().equals(citation.documentId())
          && passage.start() <= citation.start()
          && citation.end() <= passage.end()) {
        return i + 1;
      }
    }
    return 0;
  }

  /**
   * Closes the file. Idempotent.
   *
   * @throws UncheckedIOException if that fails
   */
  @Override
  public synchronized void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write training pairs to " + file, e);
    }
  }
}
