#!/bin/sh
# Shows how CalculatorOAuth calls Jira, Confluence and Jenkins for a person: with the person's own token,
# with the credential of the server, and with a connected account. The services are the fakes of
# fake_services.py, on this machine. Everything is in a temporary folder.
#
#   demo-upstream.sh PATH-OF-CalculatorOAuth PATH-OF-CalculatorHTTP
set -eu
. "$(dirname "$0")/demo-lib.sh"

server=$1
maker=$2
. "$(dirname "$0")/demo-signin-lib.sh"
prepare admin

# --- The services ----------------------------------------------------------------------------------

mkfifo "$work/services"
python3 "$(dirname "$0")/fake_services.py" >"$work/services" 2>"$work/log" &
others=$!
exec 4<"$work/services"
read -r started <&4 || fail "the fakes should start, and did not: $(cat "$work/log")"
fakes=${started#Listening at }

# The job that may be triggered, and the other tools that may be called.
row() { printf '{"subject":"password:anshika","tool":"%s"%s}' "$1" "${2:+,\"object\":\"$2\"}"; }
printf '{"allow":[%s,%s,%s,%s,%s]}\n' "$(row sum_story_points)" "$(row sum_table_column)" \
  "$(row average_build_time)" "$(row trigger_job folder_A/build)" "$(row init_oauth_flow)" \
  >"$work/authority.json"
# What the credentials of the server are for.
printf '{"allow":[%s,%s]}\n' "$(row sum_table_column)" "$(row average_build_time)" \
  >"$work/shared.json"
chmod 600 "$work/authority.json" "$work/shared.json"

export CALCULATOR_STATE_KEY="$(openssl rand -hex 32)" CALCULATOR_OAUTH_ALLOW_LOOPBACK=true \
  CALCULATOR_AUTHORITY_FILE="$work/authority.json" CALCULATOR_UPSTREAM_HEADERS=true \
  CALCULATOR_UPSTREAM_SHARED="$work/shared.json" \
  JIRA_URL="$fakes/jira-cloud" JIRA_EDITION=cloud JIRA_AUTH_TYPE=oauth \
  JIRA_OAUTH_CLIENT_ID=calculator \
  JIRA_OAUTH_CLIENT_SECRET=client-secret-of-the-fakes-0123456789 \
  JIRA_OAUTH_AUTHORIZE_URL="$fakes/atlassian/authorize" \
  JIRA_OAUTH_TOKEN_URL="$fakes/atlassian/oauth/token" JIRA_OAUTH_API_URL="$fakes/atlassian" \
  CONFLUENCE_URL="$fakes/confluence" CONFLUENCE_PERSONAL_TOKEN=robot-token-of-the-fakes \
  JENKINS_URL="$fakes/jenkins" JENKINS_USERNAME=robot \
  JENKINS_PASSWORD=robot-password-of-the-fakes
start

headline 'CalculatorOAuth: whose credential a call of Jira, Confluence or Jenkins has'
echo "  at $base/mcp; the services are at $fakes"

# --- The sign-in, as in demo-signin.sh -------------------------------------------------------------

scope='upstream:read upstream:write'
authorize "$scope"
submit 'POST /authorize' 200 'name="decision"' /authorize username=anshika "password=$password"
submit 'POST /consent' 303 "$callback?" /consent decision=allow
code_of_redirect
say '1. Anshika signs in here. The token is for this server alone.'
tokens 'POST /token: the code' grant_type=authorization_code "code=$code" \
  "redirect_uri=$callback" "code_verifier=$verifier" "resource=$base/mcp"

# --- The calls -------------------------------------------------------------------------------------

jql='"jql":"project = A"'
points='"structuredContent":{"result":8.3}'

say '2. A call of Jira needs a credential for Jira, such as her own API token.'
call refused 'without one' sum_story_points "$token" 200 'init_oauth_flow' "$jql"
call allowed 'with X-Jira-Token' sum_story_points "$token" 200 "$points" "$jql" \
  'X-Jira-Token: ann@example.com:ann-token-of-the-fakes'
call refused 'with a wrong one' sum_story_points "$token" 200 'does not accept' "$jql" \
  'X-Jira-Token: ann@example.com:wrong'
call refused 'with one of less rights' sum_story_points "$token" 200 'refuses' "$jql" \
  'X-Jira-Token: ben@example.com:ben-token-of-the-fakes'

say '3. The server has credentials too: for the callers and tools of a file.'
call allowed 'sum_table_column' sum_table_column "$token" 200 '{"result":7}' \
  '"page_id":"1002","column":"Cost"'
call refused 'a page of other people' sum_table_column "$token" 200 'does not find' \
  '"page_id":"1001","column":"Cost"'
call allowed 'average_build_time' average_build_time "$token" 200 '{"result":3}' \
  '"job":"folder_A/build"'
call refused 'a tool not in the file' trigger_job "$token" 200 'no credential for Jenkins' \
  '"job":"folder_A/build"'

say '4. She connects her account of Jira: a link, a sign-in, her consent.'
call allowed 'init_oauth_flow' init_oauth_flow "$token" 200 "$base/connect/" '"service":"jira"'
link=$(sed -n "s|.*\($base/connect/[A-Za-z0-9_-]*\).*|\1|p" "$work/body" | head -n 1)
get 'the link' 200 'name="csrf"' "$link"
allowed 'the link' "200 $(heading)"
printf 'data-urlencode = "%s"\n' "csrf=$(hidden csrf)" username=anshika "password=$password" \
  >"$work/form"
send 'the button of the page' 303 "$fakes/atlassian/authorize?" "$link" -H "Origin: $base" \
  <"$work/form"
allowed 'the button of the page' '303 signed in, the browser goes to Atlassian'
location() { tr -d '\r' <"$work/head" | sed -n 's/^[Ll]ocation: //p'; }
get 'the page of Atlassian' 302 "$base/jira/callback?" "$(location)"
allowed 'the page of Atlassian' '302 she agrees, and the browser comes back'
get 'the callback' 200 'is connected' "$(location)"
allowed 'the callback' "200 $(heading)"
call allowed 'without a header now' sum_story_points "$token" 200 "$points" "$jql"

say '5. Two decide about a build: the authority of this server, then Jenkins.'
ann='X-Jenkins-Token: ann:ann-token-of-the-fakes'
ben='X-Jenkins-Token: ben:ben-token-of-the-fakes'
call refused 'a job that is not allowed' trigger_job "$token" 403 'does not allow' \
  '"job":"folder_B/build"' "$ann"
call refused 'ben, without Job/Build' trigger_job "$token" 200 'does not allow' \
  '"job":"folder_A/build"' "$ben"
call allowed 'ann, with Job/Build' trigger_job "$token" 200 '"queue_item":1' \
  '"job":"folder_A/build"' "$ann"

say '6. What the services have got: never the token that she has for this server.'
printf '%s\n%s\n' "$token" "$refresh" >"$work/tokens"
get 'the record of the fakes' 200 '"service"' "$fakes/_requests"
for service in jira-cloud confluence jenkins atlassian; do
  python3 -c '
import json, sys
print(*[json.dumps(one) for one in json.load(sys.stdin) if one["service"] == sys.argv[1]], sep="\n")
' "$service" <"$work/body" >"$work/record"
  count=$(grep -c service "$work/record") ||
    fail "$service should have got a request, and got none"
  ! grep -qFf "$work/tokens" "$work/record" ||
    fail "$service should not have got the token of this server, and got it"
  allowed "$service" "$count requests, none with her token"
done
