#!/usr/bin/env bash
# Real recordings, for `audiotest import asterisk` and the tests marked `real`: Debian's packages of Asterisk's prompts in five
# languages, of their English transcripts and of music on hold, unpacked into a folder. Nothing is installed.
#   tools/recordings.sh FOLDER
set -euo pipefail
folder="${1:?tools/recordings.sh FOLDER}"
if [ -e "$folder/usr/share/asterisk/moh" ]; then exit 0; fi
packages="asterisk-core-sounds-en asterisk-moh-opsound-wav"
for language in en fr es it ru; do packages="$packages asterisk-core-sounds-$language-wav"; done
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
# shellcheck disable=SC2086
apt-get download -q $packages || { apt-get update -q && apt-get download -q $packages; }
mkdir unpacked
for package in *.deb; do dpkg-deb -x "$package" unpacked; echo "${package%_all.deb}" >> unpacked/packages.txt; done
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv unpacked "$folder"
echo "in $folder:"
cat "$folder/packages.txt"
