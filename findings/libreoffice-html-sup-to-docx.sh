#!/usr/bin/env bash
# LibreOffice 7.4.7: <sup> and <sub> of HTML become w:position in docx, and not w:vertAlign.
#
# Expected: "10<sup>6</sup>", converted to docx, has a run with <w:vertAlign w:val="superscript"/>, as text that is
# raised in LibreOffice's own editor has. It has <w:position w:val="8"/>: raised by so many half points, by which
# a reader that looks for superscripts reads 106.
#
# Seen: w:position 8 and -2, and no w:vertAlign.
# Exit status 0: this is still so, or skipped because apt has no such package. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
version='4:7.4.7-1+deb12u14'
if ! dpkg-query -W -f '${Version}' libreoffice-writer-nogui 2> /dev/null | grep -qxF "$version"; then
  if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "libreoffice-writer-nogui=$version" unzip > "$folder/apt" 2>&1; then
    echo "skipped: apt cannot install libreoffice-writer-nogui $version"
    exit 0
  fi
fi
cd "$folder"
echo '<html><body><p>10<sup>6</sup> units of H<sub>2</sub>O</p></body></html>' > page.html
soffice "-env:UserInstallation=file://$folder/profile" --headless --infilter='HTML (StarWriter)' \
  --convert-to 'docx:MS Word 2007 XML' page.html > /dev/null 2>&1
found=$(python3 - <<'PYTHON'
import re
import zipfile

xml = zipfile.ZipFile("page.docx").read("word/document.xml").decode()
print(" ".join(re.findall(r'<w:(?:position|vertAlign) w:val="[^"]*"/>', xml)))
PYTHON
)
echo "$found"
[ "$found" = '<w:position w:val="8"/> <w:position w:val="-2"/>' ]
