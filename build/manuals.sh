#!/usr/bin/env bash
# Manuals that Debian's packages ship, as folders of web pages, for the questions beside this script.
#
#   build/manuals.sh FOLDER
#
# FOLDER takes the packages and, in FOLDER/manuals, their pages: postgresql, git, debian-reference,
# policy and faq (9 MB to fetch, 31 MB of pages); a package that lies there is not fetched again.
# Packages are unpacked, and never installed. Which versions there are is said by apt: the questions
# were written over those of Debian 12 (PostgreSQL 15, Git 2.39).
#
# Then: mvn -q -Pbenchmark -Dbenchmark=ExtractiveAnswers \
#         -Dargs="build/manual-questions.tsv=FOLDER/manuals"
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:?name a folder}")
case "$folder/" in "$PWD"/*) echo "error: $folder is in the repository" >&2; exit 1 ;; esac

# NAME PACKAGE PAGES: pages of a package, as find's -path has it
manuals=(
  "postgresql postgresql-doc-15 */html/*.html"
  "git git-doc */git-doc/*.html"
  "debian-reference debian-reference-en */debian-reference/*.en.html"
  "policy debian-policy */policy.html/*.html"
  "faq debian-faq */FAQ/*.en.html"
)

rm -rf "$folder/manuals"
mkdir -p "$folder/debs" "$folder/manuals"
for manual in "${manuals[@]}"; do
  read -r name package pages <<<"$manual"
  deb=$(find "$folder/debs" -name "${package}_*.deb" | head -1)
  if [ -z "$deb" ]; then
    (cd "$folder/debs" && apt-get download -qq "$package" >/dev/null 2>&1) || { echo "error: apt gives no package $package" >&2; exit 1; }
    deb=$(find "$folder/debs" -name "${package}_*.deb" | head -1)
  fi
  unpacked=$(mktemp -d "$folder/unpacked.XXXXXX")
  dpkg-deb -x "$deb" "$unpacked"
  mkdir -p "$folder/manuals/$name"
  find "$unpacked" -path "$unpacked/$pages" \( -type f -o -type l \) -exec cp -L -t "$folder/manuals/$name" {} + 2>/dev/null || true
  rm -rf "$unpacked"
  echo "$name: $(find "$folder/manuals/$name" -type f | wc -l) pages of $(basename "$deb")"
done
