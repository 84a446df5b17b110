#!/usr/bin/env bash
# Begins a release, prints its story while it goes on, and ends with the command line's own exit code: 0 it has the status that was waited for; 6 it
# ended otherwise; 124 the time was over (the release goes on); what else there is stands in docs/errors.md. See action.yml for the variables.
set -euo pipefail

complain() {
  echo "::error title=serin::$1"
  exit 2
}

[ -n "${SERIN_SERVER:-}" ] || complain "The input server is empty: write where the server answers."
[[ $SERIN_SERVER =~ ^https?://[^[:space:]]+$ ]] || complain "The input server is no address: write https://HOST."
[ -n "${SERIN_TOKEN:-}" ] || complain "The input token is empty: is the secret set, and may this workflow read it?"
[ -f "${INPUT_PLAN:-}" ] || complain "There is no plan ${INPUT_PLAN:-}: check the repository out first, and write the path from its top."
[ -n "${INPUT_REASON:-}" ] || complain "The input reason is empty: write why, it stands in the journal."
[[ ${INPUT_TIMEOUT:-} =~ ^[1-9][0-9]{0,4}$ ]] || complain "The input timeout is no number of minutes: ${INPUT_TIMEOUT:-}."

# One SERVICE=VERSION a line, into the array that is named.
read_versions() {
  local -n into=$2
  local line
  while IFS= read -r line; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [ -n "$line" ] || continue
    [[ $line =~ ^[a-z0-9][a-z0-9.-]*=[^[:space:]]+$ ]] || complain "The input $1 has the line \"$line\": write SERVICE=VERSION."
    into+=("$line")
  done <<< "$3"
}
versions=()
stable=()
read_versions versions versions "${INPUT_VERSIONS:-}"
read_versions stable stable "${INPUT_STABLE:-}"
[ ${#versions[@]} -gt 0 ] || complain "The input versions is empty: write one SERVICE=VERSION a line."

words=(release start --json --reason "$INPUT_REASON" --set "${versions[@]}")
[ ${#stable[@]} -eq 0 ] || words+=(--stable "${stable[@]}")
[ -z "${INPUT_FOR:-}" ] || words+=("--for=$INPUT_FOR")
[ -z "${INPUT_KEY:-}" ] || words+=(--key "$INPUT_KEY")

serin=${SERIN_COMMAND:-serin}
field() { node -e 'let text = ""; process.stdin.on("data", (part) => (text += part)).on("end", () => console.log(process.argv[1].split(".").reduce((value, key) => value[key], JSON.parse(text))))' "$1"; }

# The plan stands before its options, which take several words.
answer=$("$serin" "${words[@]:0:2}" "$INPUT_PLAN" "${words[@]:2}")
id=$(field id <<< "$answer")
echo "id=$id" >> "$GITHUB_OUTPUT"
echo "Release $id has begun at $SERIN_SERVER."

code=0
if [ "${INPUT_UNTIL:-promoted}" != begun ]; then
  timeout --foreground "${INPUT_TIMEOUT}m" "$serin" release watch "$id" --until "${INPUT_UNTIL:-promoted}" || code=$?
fi

# How it stands is told even when nobody could follow it to the end.
shown=$("$serin" release show "$id" --json) || shown='{"status":{"kind":"unknown"},"sentence":"The server does not answer."}'
status=$(field status.kind <<< "$shown")
sentence=$(field sentence <<< "$shown")
echo "status=$status" >> "$GITHUB_OUTPUT"
{
  echo "### serin: $status"
  echo
  echo "Release \`$id\` of \`$INPUT_PLAN\`: $sentence"
} >> "$GITHUB_STEP_SUMMARY"
case $code in
  0) ;;
  124) echo "::error title=serin::Not \"${INPUT_UNTIL}\" after $INPUT_TIMEOUT minutes, and the release goes on: $sentence" ;;
  *) echo "::error title=serin::$sentence" ;;
esac
exit "$code"
