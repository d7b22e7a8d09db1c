#!/usr/bin/env bash
# commonmark-java's table extension 0.32.0: a header with fewer cells than the row of dashes below it begins a table.
#
# GitHub's specification (https://github.github.com/gfm/#example-203): "The header row must match the delimiter row in the number of cells. If
# not, a table will not be recognized". Expected: a paragraph, as GitHub's own cmark-gfm makes of it. What cuts or reads tables by one of the two
# sees other tables than by the other.
#
# Seen: cmark-gfm (cmarkgfm 2025.10.22): no <table>; commonmark-java: <table> with an empty second header. A header with more cells than dashes is
# no table by both.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install cmarkgfm==2025.10.22
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.commonmark</groupId><artifactId>commonmark-ext-gfm-tables</artifactId><version>0.32.0</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/Table.java" <<'JAVA'
import java.util.List;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

class Table {
  public static void main(String... args) {
    var tables = List.of(TablesExtension.create());
    var parser = Parser.builder().extensions(tables).build();
    var renderer = HtmlRenderer.builder().extensions(tables).build();
    System.out.print(renderer.render(parser.parse(args[0])));
  }
}
JAVA
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
tables() { # whether each makes a table of a text: java's, then GitHub's
  ours=$("$java" --class-path "$folder/lib/*" "$folder/Table.java" "$1")
  theirs=$("$folder/venv/bin/python" -c 'import sys, cmarkgfm; print(cmarkgfm.github_flavored_markdown_to_html(sys.argv[1]))' "$1")
  for html in "$ours" "$theirs"; do
    case $html in *'<table>'*) printf 'yes ' ;; *) printf 'no ' ;; esac
  done
}
fewer=$(tables $'| a |\n| - | - |\n| 1 | 2 |\n')
more=$(tables $'| a | b |\n| - |\n| 1 | 2 |\n')
same=$(tables $'| a | b |\n| - | - |\n| 1 | 2 |\n')
echo "a table by commonmark-java, by cmark-gfm: header of fewer cells: $fewer; of more: $more; of as many: $same"
[ "$fewer" = "yes no " ] && [ "$more" = "no no " ] && [ "$same" = "yes yes " ]
