package dev.ragwright.documents.archive;

import java.util.HashMap;
import java.util.Map;

/** Short prefixes for the namespaces that readers know, one for both forms of Office's. */
final class Names {
  private static final Map<String, String> PREFIXES = prefixes();

  private final Map<String, Map<String, String>> known = new HashMap<>();

  /** The name with its prefix; {@code _} is any namespace that no reader knows. */
  String name(String namespace, String local) {
    return known
        .computeIfAbsent(namespace, key -> new HashMap<>())
        .computeIfAbsent(
            local,
            key -> namespace.isEmpty() ? key : PREFIXES.getOrDefault(namespace, "_") + ":" + key);
  }

  /** Whether content that needs this namespace is content that readers understand. */
  static boolean understood(String namespace) {
    return PREFIXES.containsKey(namespace)
        || namespace.startsWith("http://schemas.microsoft.com/office/");
  }

  private static Map<String, String> prefixes() {
    Map<String, String> prefixes = new HashMap<>();
    String office = "http://schemas.openxmlformats.org/";
    String strict = "http://purl.oclc.org/ooxml/";
    for (String line :
        """
        w wordprocessingml/2006/main wordprocessingml/main
        x spreadsheetml/2006/main spreadsheetml/main
        p presentationml/2006/main presentationml/main
        a drawingml/2006/main drawingml/main
        c drawingml/2006/chart drawingml/chart
        dgm drawingml/2006/diagram drawingml/diagram
        wp drawingml/2006/wordprocessingDrawing drawingml/wordprocessingDrawing
        xdr drawingml/2006/spreadsheetDrawing drawingml/spreadsheetDrawing
        pic drawingml/2006/picture drawingml/picture
        r officeDocument/2006/relationships officeDocument/relationships
        m officeDocument/2006/math officeDocument/math
        rel package/2006/relationships package/relationships
        mc markup-compatibility/2006 markup-compatibility
        cp package/2006/metadata/core-properties package/metadata/core-properties
        """
            .lines()
            .toList()) {
      String[] words = line.split(" ", -1);
      prefixes.put(office + words[1], words[0]);
      prefixes.put(strict + words[2], words[0]);
    }
    for (String word :
        ("office text table drawing:draw style presentation chart form meta manifest dr3d"
                + " svg-compatible:svg xsl-fo-compatible:fo")
            .split(" ", -1)) {
      int colon = word.indexOf(':');
      String name = colon < 0 ? word : word.substring(0, colon);
      prefixes.put(
          "urn:oasis:names:tc:opendocument:xmlns:" + name + ":1.0", word.substring(colon + 1));
    }
    String microsoft = "http://schemas.microsoft.com/office/";
    prefixes.put(microsoft + "word/2010/wordprocessingShape", "wps");
    prefixes.put(microsoft + "word/2010/wordprocessingGroup", "wpg");
    prefixes.put(microsoft + "word/2010/wordprocessingCanvas", "wpc");
    prefixes.put(microsoft + "word/2010/wordml", "w14");
    prefixes.put(microsoft + "drawing/2008/diagram", "dsp");
    prefixes.put(microsoft + "drawing/2014/chartex", "cx");
    prefixes.put("urn:schemas-microsoft-com:vml", "v");
    prefixes.put("urn:schemas-microsoft-com:office:office", "o");
    prefixes.put("http://purl.org/dc/elements/1.1/", "dc");
    prefixes.put("http://www.w3.org/XML/1998/namespace", "xml");
    prefixes.put("http://www.w3.org/1999/xlink", "xlink");
    prefixes.put("http://www.w3.org/1998/Math/MathML", "math");
    prefixes.put("urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0", "loext");
    prefixes.put("urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0", "calcext");
    prefixes.put("http://www.idpf.org/2007/opf", "opf");
    prefixes.put("http://www.daisy.org/z3986/2005/ncx/", "ncx");
    prefixes.put("urn:oasis:names:tc:opendocument:xmlns:container", "container");
    return prefixes;
  }
}
