package dev.ragwright.tools;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.regex.Pattern;

/** What docs/architecture.md promises of the structure. */
@AnalyzeClasses(packages = "dev.ragwright", importOptions = ImportOption.DoNotIncludeTests.class)
class StructureTest {

  @ArchTest
  static final ArchRule packages_do_not_depend_on_each_other_in_circles =
      slices().matching("dev.ragwright.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule the_core_needs_slf4j_and_jspecify_only =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.ragwright",
              "dev.ragwright.call",
              "dev.ragwright.document",
              "dev.ragwright.generate",
              "dev.ragwright.guard",
              "dev.ragwright.index",
              "dev.ragwright.lifecycle",
              "dev.ragwright.markdown",
              "dev.ragwright.retrieve",
              "dev.ragwright.route",
              "dev.ragwright.store",
              "dev.ragwright.text",
              "dev.ragwright.trace")
          .should()
          .dependOnClassesThat(
              resideOutsideOfPackages(
                  "java..", "org.slf4j..", "org.jspecify..", "dev.ragwright.."));

  @ArchTest
  static final ArchRule public_methods_have_no_type_of_a_dependency =
      methods()
          .that()
          .arePublic()
          .or()
          .areProtected()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(
              are(
                  resideOutsideOfPackages(
                      "..lucene..",
                      "..source.files..", // exported to siblings alone, as are the next three
                      "..retrievers.sync..",
                      "..onnx.files..",
                      "..onnx.runtime..",
                      "..langchain4j..",
                      "..micrometer..",
                      "..opentelemetry..",
                      "..spring..",
                      "..examples..",
                      "..tools..",
                      "..benchmarks..",
                      "..testkit..")))
          .should(
              haveOnlyTypesFrom(
                  resideInAnyPackage(
                      "java..", "javax.net..", "javax.sql..", "dev.ragwright..", "")));

  /** What the platform may answer otherwise elsewhere: the JDK's own Math, locales, zones. */
  private static final Pattern PLATFORM =
      Pattern.compile(
          "java\\.lang\\.Math\\.(exp|expm1|log|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh"
              + "|cosh|tanh|cbrt|hypot)\\(.*|java\\.lang\\.String\\.format\\(java\\.lang\\.String.*"
              + "|java\\.io\\.PrintStream\\.(printf|format)\\(java\\.lang\\.String.*"
              + "|java\\.util\\.(Locale|TimeZone)\\.getDefault\\(.*"
              + "|java\\.time\\.ZoneId\\.systemDefault\\(\\)");

  @ArchTest
  static final ArchRule results_are_the_same_on_every_platform =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(
              "dev.ragwright.generators.onnx.ChatTemplate") // its date is Python's: the local one
          .should()
          .callMethodWhere(
              target(describe("differs", to -> PLATFORM.matcher(to.getFullName()).matches())));

  /** What these do not open, no question opens: the recipes run in a process without a network. */
  @ArchTest
  static final ArchRule connections_are_opened_by_few =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.ragwright.onnx.hub..", // the hub, when it is called
              "dev.ragwright.opensearch..", // a cluster, by the address that it is given
              "dev.ragwright.langchain4j..", // the client of a chat model, watched for its caller
              "dev.ragwright.node..", // our own tests' nodes
              "dev.ragwright.tools..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java[.]net[.](http[.].*|Socket|ServerSocket|URLConnection|HttpURLConnection)")
          .orShould()
          .callMethod(java.net.URL.class, "openStream")
          .orShould()
          .callMethod(java.net.URL.class, "openConnection");

  @ArchTest
  static final ArchRule lucenes_product_finds_candidates_only =
      noClasses()
          .that()
          .haveNameNotMatching(".*[.](KnnRetriever|ByteVectors|QuantizedVectors)([$].*)?")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.apache.lucene.util.VectorUtil");

  private static ArchCondition<JavaMethod> haveOnlyTypesFrom(
      DescribedPredicate<JavaClass> allowed) {
    return new ArchCondition<>("have only types that " + allowed.getDescription()) {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        method.getAllInvolvedRawTypes().stream()
            .map(JavaClass::getBaseComponentType)
            .filter(type -> !type.isPrimitive() && !allowed.test(type))
            .forEach(
                type ->
                    events.add(
                        SimpleConditionEvent.violated(
                            method, method.getFullName() + " has " + type.getName())));
      }
    };
  }
}
