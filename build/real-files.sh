#!/usr/bin/env bash
# Reads some thousand real files: PDF, web pages, Office, OpenDocument and EPUB of Debian's packages.
#
#   build/real-files.sh [FOLDER]
#
# FOLDER takes the packages, the files and what was read of them (2 GB); what lies there is not
# fetched again. Without one, a new folder of the system's is used, and named at the end. Packages
# are unpacked into it, and never installed. Where apt has none, the files are those of this machine.
# Of one package at most MOST files of a kind are taken (60), evenly among all, so that no generator
# hides the others; a variable of that name changes it. ONLY="git-doc bzip2-doc" takes these packages.
#
# Prints how many files of each kind were read and refused, each problem with its count (numbers as N)
# and one file that has it, and the slowest files. Exit status 0: each file was read or has a problem.
# 1: one is lost, is told of twice, or there are fewer than LEAST (1,000; 1 with ONLY).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-$(mktemp -d)}")
most=${MOST:-60}
least=${LEAST:-$([ -n "${ONLY:-}" ] && echo 1 || echo 1000)}
case "$folder/" in "$PWD"/*) echo "error: $folder is in the repository" >&2; exit 1 ;; esac

packages=(
  # Web pages: AsciiDoc, DocBook, Sphinx, Texinfo, Doxygen, gtk-doc, Javadoc, mdBook, GAPDoc, LaTeX2HTML, EDoc, by hand
  git-doc postgresql-doc-15 python3.11-doc sqlite3-doc ncurses-doc r-doc-html libboost1.74-doc libstdc++-12-doc libcairo2-doc
  libglib2.0-doc libcommons-io-java-doc libsaxonb-java-doc cargo-doc gap-doc latex2html erlang-doc bind9-doc cmake-doc
  asciidoctor-doc exim4-doc-html aptitude-doc-ja aptitude-doc-ru docbook-xsl-doc-html maxima-doc octave-doc
  bash-doc debian-faq-de debian-faq-ru debian-handbook hplip-doc xlsx2csv
  # PDF: pdfTeX, XeTeX, dvips, groff, FOP, dblatex, R's graphics
  auctex bzip2-doc debian-faq debian-policy debian-reference-en debian-reference-ja debian-reference-zh-cn developers-reference
  docbook-xsl-doc-pdf doxygen-doc fop-doc gnuplot-doc gretl-doc groff maint-guide pari-doc sbcl-doc xorg-docs zsh-doc
  debian-history lyx-common
  # Office, OpenDocument, EPUB
  calibre debian-edu-doc-en libreoffice-common pandoc-data python-odf-doc
  python3-docx r-cran-flextable r-cran-gdata r-cran-officer r-cran-openxlsx r-cran-readxl r-cran-rio r-cran-sjplot
  writer2latex-manual
)
if [ -n "${ONLY:-}" ]; then read -ra packages <<<"$ONLY"; fi

# Names of the kinds that are read; packed ones are unpacked.
kinds='pdf html htm xhtml epub docx docm pptx pptm xlsx xlsm odt ods odp ott ots otp dotx potx ppsx xltx'

# take FROM NAME: takes some of the files below FROM into files/NAME.
take() {
  local from=$1 name=$2 kind path to
  for kind in $kinds; do
    find "$from" -type f \( -iname "*.$kind" -o -iname "*.$kind.gz" \) -not -path "${from%/}/*/.*" -printf '%P\n' |
      LC_ALL=C sort | awk -v most="$most" '{ all[NR] = $0 }
        END { n = NR < most ? NR : most; for (i = 0; i < n; i++) print all[int(i * NR / n) + 1] }' |
      while IFS= read -r path; do
        to=$folder/files/$name/${path%.gz}
        mkdir -p "$(dirname "$to")"
        if [ "$path" = "${path%.gz}" ]; then cp "$from/$path" "$to"; else gzip -dc "$from/$path" >"$to"; fi
      done
  done
}

rm -rf "$folder/files"
mkdir -p "$folder/debs" "$folder/files"
for package in "${packages[@]}"; do
  deb=$(find "$folder/debs" -name "${package}_*.deb" | head -1)
  if [ -z "$deb" ]; then
    (cd "$folder/debs" && apt-get download -qq "$package" >/dev/null 2>&1) || { echo "no package $package" >&2; continue; }
    deb=$(find "$folder/debs" -name "${package}_*.deb" | head -1)
  fi
  unpacked=$(mktemp -d "$folder/unpacked.XXXXXX")
  dpkg-deb -x "$deb" "$unpacked"
  take "$unpacked" "$package"
  rm -rf "$unpacked"
done
if [ -z "$(ls -A "$folder/files")" ]; then
  echo "apt gives no packages; taking the files of this machine" >&2
  most=100000
  for place in /usr/share /usr/lib/python3 /opt "$HOME/.rustup/toolchains"; do
    if [ -d "$place" ]; then take "$place" "machine$(tr / - <<<"$place")"; fi
  done
fi

mvn -q -ntp -Pexample -Dexample=Read -Dargs="--data '$folder/files' --json" >"$folder/read.jsonl"

python3 - "$folder" "$least" <<'PYTHON'
import collections
import json
import os
import re
import sys

folder, least = sys.argv[1], int(sys.argv[2])
files = {
    os.path.relpath(os.path.join(place, name), folder + "/files")
    for place, _, names in os.walk(folder + "/files")
    for name in names
}
with open(folder + "/read.jsonl") as lines:
    told = [json.loads(line) for line in lines if line.startswith("{")]


def kind(name):
    return name.rsplit(".", 1)[-1].lower()


table = collections.defaultdict(collections.Counter)
for name in files:
    table[kind(name)]["files"] += 1
problems, example = collections.Counter(), {}
for line in told:
    table[kind(line["file"])]["read" if line["read"] else "refused"] += 1
    table[kind(line["file"])]["characters"] += line.get("characters", 0)
    table[kind(line["file"])]["problems"] += len(line["problems"])
    table[kind(line["file"])]["empty"] += line["read"] and line["characters"] == 0
    for problem in line["problems"]:
        text = re.sub(r"\d[\d.,]*", "N", problem)
        key = kind(line["file"]) + (": " if line["read"] else ": REFUSED ") + text
        problems[key] += 1
        example.setdefault(key, line["file"])

columns = ["files", "read", "refused", "empty", "problems", "characters"]
print(("%-6s" + " %12s" * 6) % ("kind", *columns))
for name in sorted(table):
    print(("%-6s" + " %12s" * 6) % (name, *(f"{table[name][c]:,}" for c in columns)))
print("\nproblems:")
for key, count in problems.most_common():
    print(f"{count:6,}  {key}   [{example[key]}]")
print("\nslowest:")
for line in sorted(told, key=lambda line: -line.get("milliseconds", 0))[:10]:
    print(f"{line.get('milliseconds', 0):6,} ms  {line['file']}")

seen = collections.Counter(line["file"] for line in told)
lost = sorted(files - set(seen))
more = sorted(set(seen) - files) + sorted(name for name, count in seen.items() if count > 1)
print(f"\n{len(files):,} files, {len(lost):,} lost, {len(more):,} told of twice or not there; {folder}")
for name in (lost + more)[:20]:
    print("  ", name)
sys.exit(1 if lost or more or len(files) < least else 0)
PYTHON
