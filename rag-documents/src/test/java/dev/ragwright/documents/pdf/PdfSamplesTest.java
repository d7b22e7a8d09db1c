package dev.ragwright.documents.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.testmodels.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tricky files of ../shared/data/documents; its README says what a person sees in them. */
class PdfSamplesTest {
  private final List<ReadProblem> problems = new ArrayList<>();

  private Document read(String name, ReadOptions options) {
    Path file = Repository.sharedOrSkip("data/documents/" + name);
    return TestPdf.read(file, options, problems);
  }

  @Test
  void readsTwoColumnsTableAndNoteByTheStructureTree() {
    Document report = read("report-two-columns.pdf", ReadOptions.defaults());
    assertThat(report.text())
        .isEqualTo(
            """
            # Winter service

            The ferry company ran two boats on the lake. Both were built for summer traffic and \
            neither could break the ice that forms near the northern shore.

            In the first winter the smaller boat stayed in the harbour. The larger one made forty \
            crossings before its engine failed, and the mail went by road.

            The board ordered a new engine. It arrived in spring, together with a report on the \
            fares, which had not been changed for eleven years.

            The lake holds 3 x 10^9 litres^1 and is deep in the north.

            | Boat | Seats | Built |
            | --- | --- | --- |
            | Heron | 120 | |
            | Swan | | 1998 |

            [note 1: Measured in a dry year.]

            # Summer service

            From May to September the boats leave every hour. Bicycles travel free on weekdays.

            On Sundays a third boat is hired from the neighbouring lake.
            """);
    assertThat(report.metadata().get("pages")).isEqualTo(2L);
    assertThat(problems).isEmpty();
    int summer = report.text().indexOf("# Summer");
    assertThat(report.places().at(summer, summer + 5)).isEqualTo("page 2");
    assertThat(report.places().headings())
        .extracting(heading -> heading.level() + " " + heading.title())
        .containsExactly("1 Winter service", "1 Summer service");
  }

  @Test
  void readsFormsNotesAndTurnedTablesAndLeavesOutWhatNobodySees() {
    Document form = read("form-and-layers.pdf", ReadOptions.defaults());
    assertThat(form.text())
        .isEqualTo(
            """
            Application for a berth

            Name of the boat: Grey Heron

            Length in metres: 11.5

            Only with a keel.

            The total is 1200 euros net.

            Payment is due in May.

            Berths and fees

            ```
            Berth   Depth   Fee
            East    2.5     340
            West    4.0     510
            ```

            Fees rise with the water.

            """);
    assertThat(form.places().marks())
        .extracting(mark -> mark.label())
        .containsExactly("i", "1", "2");
    assertThat(problems)
        .extracting(ReadProblem::reason)
        .containsExactly("page 3 (labelled 2): has no text; it shows pictures");
  }

  @Test
  void marksWhatNobodySeesIfAsked() {
    Document form = read("form-and-layers.pdf", ReadOptions.builder().hidden(Unseen.MARK).build());
    assertThat(form.text())
        .contains("[hidden: This offer was withdrawn.]")
        .contains("[hidden: cut mark 17]")
        .contains("[hidden: The total is 1200 euros net.]");
  }
}
