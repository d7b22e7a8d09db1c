package dev.ragwright.experiment.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;

/**
 * The page's frame. It is built as a tree, so that every text is escaped where it is written, and
 * its policy allows the browser no network and no script but the two that are in it.
 */
final class HtmlPage {
  private static final Map<String, String> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("overview", "Overview");
    SECTIONS.put("trade-offs", "Trade-offs");
    SECTIONS.put("arms", "Arms");
    SECTIONS.put("effects", "Effects");
    SECTIONS.put("stages", "Stages");
    SECTIONS.put("causes", "Causes");
    SECTIONS.put("failures", "Failures");
    SECTIONS.put("questions", "Questions");
    SECTIONS.put("settings", "Settings");
  }

  private HtmlPage() {}

  static String of(Findings findings) {
    Document page = Document.createShell("");
    page.outputSettings().prettyPrint(false);
    page.prependChild(new DocumentType("html", "", ""));
    page.expectFirst("html").attr("lang", "en");
    String library = "/*\n" + Inlined.chartLicense() + "*/\n" + Inlined.chartLibrary();
    String script = Inlined.own("report.js");
    head(page, findings, library, script);
    Element body = page.body();
    link(body, "skip", "#overview", "Skip to the overview");
    header(body, findings);
    Element main = body.appendElement("main");
    Overview.write(section(main, "overview"), findings);
    TradeOffs.write(section(main, "trade-offs"), findings);
    Arms.write(section(main, "arms"), findings);
    Effects.write(section(main, "effects"), findings);
    Stages.write(section(main, "stages"), findings);
    if (findings.result().isExplained()) {
      Causes.write(section(main, "causes"), findings);
    }
    Failures.write(section(main, "failures"), findings);
    Questions.write(section(main, "questions"), findings);
    Settings.write(section(main, "settings"), findings);
    script(body, library);
    script(body, script);
    return page.outerHtml() + "\n";
  }

  private static void head(Document page, Findings findings, String library, String script) {
    Element head = page.head();
    head.appendElement("meta").attr("charset", "utf-8");
    head.appendElement("meta")
        .attr("name", "viewport")
        .attr("content", "width=device-width, initial-scale=1");
    head.appendElement("meta").attr("name", "color-scheme").attr("content", "light dark");
    head.appendElement("meta")
        .attr("http-equiv", "Content-Security-Policy")
        .attr(
            "content",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                + "form-action 'none'; script-src "
                + Inlined.policyHash(script(library))
                + " "
                + Inlined.policyHash(script(script)));
    page.title("Experiment on " + findings.result().set());
    head.appendElement("style").appendChild(new DataNode(Inlined.own("report.css")));
  }

  private static void header(Element body, Findings findings) {
    Element header = body.appendElement("header").addClass("top");
    Element titles = header.appendElement("div").addClass("titles");
    titles.appendElement("p").addClass("kind").text("Ragwright experiment");
    titles.appendElement("h1").text(findings.result().set());
    titles
        .appendElement("p")
        .addClass("facts")
        .text(
            "%s · %s · %s"
                .formatted(
                    Words.count(findings.result().arms().size(), "arm"),
                    Words.count(findings.result().questions().size(), "question"),
                    Words.date(findings.result().startedAt())));
    Element nav = header.appendElement("nav").attr("aria-label", "Sections");
    Element list = nav.appendElement("ul");
    SECTIONS.forEach(
        (id, title) -> {
          if (!id.equals("causes") || findings.result().isExplained()) {
            link(list.appendElement("li"), "", "#" + id, title);
          }
        });
    header
        .appendElement("button")
        .attr("type", "button")
        .attr("id", "theme")
        .attr("hidden", "")
        .text("Dark");
  }

  private static Element section(Element main, String id) {
    Element section =
        main.appendElement("section").attr("id", id).attr("aria-labelledby", id + "-title");
    section.appendElement("h2").attr("id", id + "-title").text(SECTIONS.getOrDefault(id, id));
    return section;
  }

  static Element link(Element parent, String css, String href, String text) {
    Element link = parent.appendElement("a").attr("href", href).text(text);
    return css.isEmpty() ? link : link.addClass(css);
  }

  static Element paragraph(Element parent, String css, String text) {
    Element paragraph = parent.appendElement("p").text(text);
    return css.isEmpty() ? paragraph : paragraph.addClass(css);
  }

  private static void script(Element body, String text) {
    body.appendElement("script").appendChild(new DataNode(script(text)));
  }

  /** As it stands in the page, which is what its name in the policy is made of. */
  private static String script(String text) {
    return "\n" + text;
  }
}
