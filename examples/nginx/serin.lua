-- serin's traffic router inside nginx: who is on which arm, decided for each request from a shared dictionary that a loopback
-- location fills. docs/adapters/nginx.md says what it does; nginx.conf beside this file is a configuration that uses it.
--
-- Needs libnginx-mod-http-lua 0.10.20 or later with lua-resty-core (Debian 12 brings both), `lua_shared_dict serin` and
-- `lua_shared_dict serin_people`.

local balancer = require "ngx.balancer"
local monotonic_ms = require("resty.core.time").monotonic_msec

local serin = { script = 1 }

local dict, people = ngx.shared.serin, ngx.shared.serin_people
local buckets = 10000
-- A person who was counted shows it in the cookie from the next answer on; until then this table remembers.
local remembered_s = 600
local cookie_s = 7 * 24 * 3600
local most_cookies = 4

local settings = {}
local parse

-- Settings: `token_file` with the token of the control location, of which the keys of cookies and baggage are made; `routes` and `stable`,
-- what is served before the first release; `state_file`, optional: where the last order is kept for a restart of nginx.
function serin.configure(given)
  local file = assert(io.open(given.token_file), "serin: cannot read token_file " .. tostring(given.token_file))
  local token = file:read("*a"):gsub("%s+$", "")
  file:close()
  assert(#token >= 16, "serin: the token needs 16 characters or more")
  local lines = { "release ", "revision 0", "share 0", "audience everyone", "slot stable" }
  for path, service in pairs(given.routes or {}) do lines[#lines + 1] = "route " .. service .. " " .. path end
  for service, addresses in pairs(given.stable or {}) do
    lines[#lines + 1] = "service " .. service
    for _, address in ipairs(addresses) do
      lines[#lines + 1] = "target " .. service .. " stable " .. address .. " http://" .. address
    end
  end
  settings = { token = token, state_file = given.state_file, first = table.concat(lines, "\n") .. "\n" }
  if dict:get("wanted") == nil and given.state_file then
    local kept = io.open(given.state_file)
    if kept then
      local text = kept:read("*a")
      kept:close()
      -- What the disk lost or somebody changed must not stand in the way of people, nor of the controller's next word.
      local ok, state = pcall(parse, text)
      if ok and state.is_serving then
        dict:set("wanted", text)
        dict:incr("serial", 1, 0)
      else
        ngx.log(ngx.ERR, "serin: the state_file has no order that can be served: nginx begins with what its configuration says")
      end
    end
  end
end

local function sign(purpose, text)
  local mac = ngx.encode_base64(ngx.hmac_sha1(ngx.hmac_sha1(settings.token, purpose), text))
  return (mac:sub(1, 22):gsub("[+/]", { ["+"] = "-", ["/"] = "_" }))
end

-- Comparing signatures of both takes the same time wherever they differ.
local function is_same(one, other)
  return ngx.hmac_sha1(settings.token, one) == ngx.hmac_sha1(settings.token, other)
end

-- An order: lines of "key rest". Longest route first.
function parse(text)
  local state = { login = nil, routes = {}, services = {}, names = {}, targets = {}, has_canary = false }
  local function service(name)
    if not state.services[name] then
      state.services[name] = { name = name, canary = {}, stable = {} }
      state.names[#state.names + 1] = name
    end
    return state.services[name]
  end
  for fact in text:gmatch("[^\n]+") do
    local key, rest = fact:match("^(%l+) (.*)$")
    if key == "route" then
      local name, path = rest:match("^(%S+) (%S+)$")
      state.routes[#state.routes + 1] = { path = path, service = service(name) }
    elseif key == "service" then
      service(rest)
    elseif key == "target" then
      local name, arm, host, port, url = rest:match("^(%S+) (%l+) (%S+):(%d+) (%S+)$")
      local peers = service(name)[arm]
      peers[#peers + 1] = { host = host, port = tonumber(port) }
      state.targets[#state.targets + 1] = { service = name, arm = arm, url = url }
      if arm == "canary" then state.has_canary = true end
    elseif key == "login" then
      local method, path = rest:match("^(%u+) (%S+)$")
      state.login = { method = method, path = path:gsub("(.)/$", "%1") }
    else
      state[key] = rest
    end
  end
  table.sort(state.routes, function(a, b) return #a.path > #b.path end)
  state.revision = tonumber(state.revision)
  state.share = tonumber(state.share)
  state.line = math.floor(state.share * 100 + 0.5)
  state.is_serving = #state.routes > 0
  for _, route in ipairs(state.routes) do
    if #route.service.stable == 0 then state.is_serving = false end
  end
  state.tag = ngx.md5(state.release):sub(1, 11)
  return state
end

local known_serial, known_state

-- The order in force. A worker reads it again only when the serial has changed.
local function current()
  local serial = dict:get("serial") or 0
  if serial ~= known_serial then
    known_state = parse(dict:get("wanted") or settings.first)
    known_serial = serial
  end
  return known_state
end

-- The bucket from which on people are stable. Without a word of the controller for the time of the lease it is 0.
local function line_of(state)
  local until_ms = dict:get("lease_until")
  if until_ms == nil or monotonic_ms() > until_ms then return 0 end
  return state.line
end

local function assigned(bucket, line) return bucket < line and "canary" or "stable" end

local seeded_pid

local function random(count)
  local pid = ngx.worker.pid()
  if seeded_pid ~= pid then
    local source = assert(io.open("/dev/urandom", "rb"))
    local seed = 0
    for _, byte in ipairs({ source:read(6):byte(1, 6) }) do seed = seed * 256 + byte end
    source:close()
    math.randomseed(seed)
    seeded_pid = pid
  end
  return math.random(0, count - 1)
end

-- Somebody who has just been drawn: counted only when the cookie comes back.
local function draw()
  local id = string.format("%06x%06x", random(2 ^ 24), random(2 ^ 24))
  return { id = id, bucket = random(buckets), page = nil, is_counted = false, is_waiting = false }
end

-- The cookie is release.person.bucket.flags.signature; flags: page of (s)table or (c)anary, (n)ot counted, (w)aiting for a page load.
local function say_person(person, tag)
  local flags = (person.page and person.page:sub(1, 1) or "") .. (person.is_counted and "" or "n") .. (person.is_waiting and "w" or "")
  local text = tag .. "." .. person.id .. "." .. person.bucket .. "." .. flags
  local secure = ngx.var.scheme == "https" and "; Secure" or ""
  return "serin=" .. text .. "." .. sign("cookie", text) .. "; Path=/; Max-Age=" .. cookie_s .. "; HttpOnly; SameSite=Lax" .. secure
end

local function read_person(header, tag)
  local tried = 0
  for value in header:gmatch("serin=([^;%s]+)") do
    tried = tried + 1
    if tried > most_cookies then return nil end
    local text, mac = value:sub(1, 100):match("^(.*)%.([%w_-]+)$")
    if text and text:sub(1, #tag + 1) == tag .. "." and is_same(sign("cookie", text), mac) then
      local id, bucket, flags = text:match("%.(%x+)%.(%d+)%.(%l*)$")
      return {
        id = id,
        bucket = tonumber(bucket),
        page = flags:find("s", 1, true) and "stable" or flags:find("c", 1, true) and "canary" or nil,
        is_counted = not flags:find("n", 1, true),
        is_waiting = flags:find("w", 1, true) ~= nil,
      }
    end
  end
end

-- The other cookies of a header; nil when there is none.
local function without_person(header)
  local kept = {}
  for pair in header:gmatch("[^;]+") do
    local trimmed = pair:match("^%s*(.*)$")
    if trimmed:sub(1, 6) ~= "serin=" then kept[#kept + 1] = trimmed end
  end
  return #kept > 0 and table.concat(kept, "; ") or nil
end

local function say_baggage(release, arms)
  local text = ngx.escape_uri(release) .. " " .. arms
  return "serin.release=" .. ngx.escape_uri(release) .. ",serin.arm=" .. arms .. ",serin.proof=" .. sign("baggage", text)
end

-- Readers undo percent-encoding in keys too, so `%73erin.arm` is ours as well.
local function is_own(member)
  return ngx.unescape_uri(member:match("^[^=]*")):match("^%s*(.*)$"):lower():sub(1, 6) == "serin."
end

-- The members of a baggage header that are not ours; nil when none is left.
local function foreign_baggage(header)
  local kept = {}
  for member in header:gmatch("[^,]+") do
    if not is_own(member) then kept[#kept + 1] = member end
  end
  return #kept > 0 and table.concat(kept, ",") or nil
end

-- The arms that this nginx, or one with the same token, has sent on for the release; nil when there are none, or they are not authentic.
local function read_baggage(header, release)
  if not header or not header:find("serin.proof", 1, true) then return nil end
  local members = {}
  for member in header:gmatch("[^,]+") do
    local key, value = member:match("^%s*([^=;%s]+)%s*=%s*([^;%s]*)")
    if key then members[key] = value end
  end
  local arms, sent = members["serin.arm"] or "", members["serin.release"] or ""
  if sent ~= ngx.escape_uri(release) or not is_same(sign("baggage", sent .. " " .. arms), members["serin.proof"] or "") then return nil end
  return arms
end

local function arm_of_service(arms, service)
  if not arms:find(":", 1, true) then return arms == "canary" and "canary" or "stable" end
  for name, arm in arms:gmatch("([^:|]+):(%l+)") do
    if name == ngx.escape_uri(service) then return arm == "canary" and "canary" or "stable" end
  end
  return "stable"
end

local function service_of(state, path)
  for _, route in ipairs(state.routes) do
    local prefix = route.path
    if path:sub(1, #prefix) == prefix and (prefix:sub(-1) == "/" or #path == #prefix or path:sub(#prefix + 1, #prefix + 1) == "/") then
      return route.service
    end
  end
end

local function is_page_load()
  if ngx.var.request_method ~= "GET" then return false end
  local mode, dest = ngx.var.http_sec_fetch_mode, ngx.var.http_sec_fetch_dest
  if mode then return mode == "navigate" and (dest == nil or dest == "document") end
  return (ngx.var.http_accept or ""):find("text/html", 1, true) ~= nil
end

local hashed_name = [[[-.]([\w-]{8,64})\.(?:js|mjs|css|map|json|wasm|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf)$]]

-- True for a file whose name carries a hash of its content: wherever it exists it is the same.
local function is_hashed_asset(path)
  local found = ngx.re.match(path, hashed_name, "jo")
  return found ~= nil and (found[1]:find("%d") ~= nil or found[1]:find("%l%u") ~= nil or found[1]:find("%u%l") ~= nil)
end

-- Who asks, and which arm serves it. The rules are those of serin's edge, in the order of docs/adapters/edge.md.
local function visit_of(state, line, service)
  local visit = { state = state, line = line, service = service, is_page = is_page_load(), is_asset = is_hashed_asset(ngx.var.uri) }
  if state.release == "" then
    visit.arm = "stable"
    return visit
  end
  local arms = read_baggage(ngx.var.http_baggage, state.release)
  if arms then
    visit.carried = arms
    visit.is_attempt = arms:find(":", 1, true) ~= nil
    visit.arm = arm_of_service(arms, service.name)
    if not visit.is_attempt then
      if line >= buckets then visit.arm = "canary" elseif line == 0 then visit.arm = "stable" end
    end
    return visit
  end
  local cookies = ngx.var.http_cookie
  local person = cookies and read_person(cookies, state.tag)
  if not person and cookies and state.audience == "everyone" and visit.is_page and line > 0 then
    person = draw()
    visit.is_changed = true
  end
  visit.has_cookies = cookies ~= nil
  visit.person = person
  if line >= buckets then
    visit.arm = "canary"
  elseif not person or (not visit.is_page and (person.is_waiting or person.page == "stable")) then
    visit.arm = "stable"
  else
    visit.arm = assigned(person.bucket, line)
  end
  if person and not person.is_counted and (not person.is_waiting or visit.is_page) and line > 0 and not visit.is_asset then
    visit.is_counted_now = true
    person.is_counted = true
    visit.is_changed = true
  end
  if person and visit.is_page and (person.page ~= visit.arm or person.is_waiting) then
    person.page, person.is_waiting, visit.is_changed = visit.arm, false, true
  end
  return visit
end

-- What the request is sent on with. A page of one version must not be confirmed by the other.
local function send_as(visit)
  local release, header = visit.state.release, ngx.var.http_baggage
  ngx.req.clear_header("serin-arm")
  ngx.req.clear_header("serin-release")
  if release ~= "" then
    ngx.req.set_header("serin-arm", visit.arm)
    ngx.req.set_header("serin-release", ngx.escape_uri(release))
  end
  if visit.is_attempt then return end
  local foreign = header and foreign_baggage(header)
  if release ~= "" then
    local own = say_baggage(release, visit.arm)
    ngx.req.set_header("baggage", foreign and #foreign + #own < 8192 and foreign .. "," .. own or own)
  elseif header then
    if foreign then ngx.req.set_header("baggage", foreign) else ngx.req.clear_header("baggage") end
  end
end

local turn = 0

-- The addresses to be tried, in order: those of the arm, beginning with the next in turn; for a canary that refuses, and for an asset that
-- the arm does not have, then those of the other; for an asset at last the first again, so that its own answer stands.
local function plan_tries(visit)
  local tries = {}
  local function add(arm, most)
    local peers = visit.service[arm]
    for index = 1, math.min(most, #peers) do
      tries[#tries + 1] = { arm = arm, peer = peers[(turn + index) % #peers + 1] }
    end
  end
  turn = turn + 1
  local other = visit.arm == "canary" and "stable" or "canary"
  if visit.is_asset and not visit.is_attempt then
    add(visit.arm, 1)
    add(other, 1)
    if #visit.service[other] > 0 then add(visit.arm, 1) end
  else
    add(visit.arm, math.huge)
    if visit.arm == "canary" and not visit.is_attempt then add("stable", math.huge) end
  end
  return tries
end

--- access_by_lua: reads the request's body first, so that the arm is decided when the request can go on at once.
function serin.access()
  ngx.req.read_body()
  local state = current()
  local service = service_of(state, ngx.var.uri)
  if not service then return ngx.exit(404) end
  local visit = visit_of(state, line_of(state), service)
  visit.tries, visit.at = plan_tries(visit), 1
  if #visit.tries == 0 then return ngx.exit(503) end
  ngx.ctx.serin = visit
  local cookies = ngx.var.http_cookie
  if cookies and cookies:find("serin=", 1, true) then
    local kept = without_person(cookies)
    if kept then ngx.req.set_header("Cookie", kept) else ngx.req.clear_header("Cookie") end
  end
  if visit.is_page and state.has_canary then
    ngx.req.clear_header("If-None-Match")
    ngx.req.clear_header("If-Modified-Since")
  end
  send_as(visit)
end

local function count(name) dict:incr(name, 1, 0) end

-- The next try after a failure; nil when the failure stands. Nothing but a refused connection is tried elsewhere: what was sent may have
-- been done. A kept connection that the backend has closed meanwhile is tried once more (nginx asks only where that is safe).
local function next_try(visit, failed_status)
  -- "-" stands for a connection that never was; a try that begins adds an empty place.
  local connected_in = (ngx.var.upstream_connect_time or ""):match("([%d%.-]+)[%s,:]*$")
  if failed_status ~= 404 and connected_in ~= "-" then
    local try = not visit.is_repeated and visit.tries[visit.at] or nil
    visit.is_repeated = true
    return try
  end
  local is_over = not visit.is_asset and not visit.is_attempt and line_of(current()) == 0
  repeat
    visit.at = visit.at + 1
    local try = visit.tries[visit.at]
    if not (try and try.arm == "canary" and is_over) then return try end
  until false
end

--- balancer_by_lua: the address.
function serin.balance()
  local visit = ngx.ctx.serin
  local failure, status = balancer.get_last_failure()
  local try = visit.tries[1]
  if failure then
    try = next_try(visit, status)
    if not try then return ngx.exit(502) end
  elseif #visit.tries > 1 then
    balancer.set_more_tries(#visit.tries - 1)
  end
  if try.arm ~= visit.arm and not visit.is_asset then
    count("refused")
    visit.arm = try.arm
    send_as(visit)
    balancer.recreate_request()
  end
  if not visit.is_attempt and try.arm == visit.arm then
    count("forwarded:" .. visit.arm)
    if visit.arm == "canary" then
      ngx.update_time()
      dict:set("last_canary", ngx.now() * 1000)
    end
  end
  assert(balancer.set_current_peer(try.peer.host, try.peer.port))
end

-- No shared cache may keep an answer that carries a cookie.
local function keep_private()
  local said = ngx.header["Cache-Control"]
  if type(said) == "table" then said = table.concat(said, ", ") end
  said = said or ""
  if said:lower():find("no-store", 1, true) or said:lower():find("private", 1, true) then return end
  local kept = { "private" }
  for word in said:gmatch("[^,]+") do
    local trimmed = word:match("^%s*(.*)$")
    if trimmed ~= "" and trimmed:lower() ~= "public" and not trimmed:lower():find("^s%-maxage=") then kept[#kept + 1] = trimmed end
  end
  ngx.header["Cache-Control"] = table.concat(kept, ", ")
end

local function is_login(login)
  return login and ngx.var.request_method == login.method and ngx.var.uri:gsub("(.)/$", "%1") == login.path
end

-- Who is drawn by the answer: a login that succeeds; with `everyone` the first page load of a client without any cookie, which waits for its next.
local function drawn_by_answer(visit)
  local state, line = visit.state, visit.line
  if line == 0 or visit.carried or state.release == "" then return nil end
  local status = ngx.status
  if is_login(state.login) and status >= 200 and status < 400 then
    local person = draw()
    local mode = ngx.var.http_sec_fetch_mode
    if mode and mode ~= "navigate" then person.page, person.is_waiting = visit.arm, true end
    return person
  end
  if visit.is_page and state.audience == "everyone" and not visit.has_cookies then
    local person = draw()
    if line >= buckets then person.page = visit.arm else person.is_waiting = true end
    return person
  end
end

--- header_filter_by_lua: the cookie, and what browsers and caches must know.
function serin.headers()
  local visit = ngx.ctx.serin
  ngx.header["serin-arm-changed"] = nil
  ngx.header["baggage"] = nil
  if not visit then return end
  if visit.state.has_canary and tostring(ngx.header["Content-Type"] or ""):find("^text/html") then
    ngx.header["Cache-Control"] = "private, no-store"
  end
  local person = visit.person
  if not person then
    person = drawn_by_answer(visit)
    visit.is_changed = person ~= nil
  elseif visit.is_counted_now and people:add(visit.state.tag .. person.id, true, remembered_s) then
    count("drawn:" .. assigned(person.bucket, visit.line))
  end
  if not person then return end
  if visit.is_changed and not visit.is_asset then
    keep_private()
    local others = ngx.header["Set-Cookie"]
    local all = type(others) == "table" and others or { others }
    all[#all + 1] = say_person(person, visit.state.tag)
    ngx.header["Set-Cookie"] = all
  end
  local is_elsewhere = person.page and (person.page ~= assigned(person.bucket, visit.line) or (person.is_waiting and visit.line > 0))
  if not visit.is_page and is_elsewhere then ngx.header["serin-arm-changed"] = "1" end
end

local function json(value)
  if type(value) == "table" then
    local parts = {}
    if value[1] ~= nil or next(value) == nil then
      for _, one in ipairs(value) do parts[#parts + 1] = json(one) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    for key, one in pairs(value) do parts[#parts + 1] = json(key) .. ":" .. json(one) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif type(value) == "number" then
    return string.format("%.14g", value)
  elseif type(value) == "boolean" then
    return tostring(value)
  elseif value == nil or value == ngx.null then
    return "null"
  end
  return '"' .. tostring(value):gsub('[%c"\\]', function(one) return string.format("\\u%04x", one:byte()) end) .. '"'
end

local function answer(status, value)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json(value))
  return ngx.exit(ngx.HTTP_OK)
end

local function counted(name) return { canary = dict:get(name .. ":canary") or 0, stable = dict:get(name .. ":stable") or 0 } end

local function seen()
  local state = current()
  local line = line_of(state)
  local lease = dict:get("lease_until")
  return {
    release = state.release ~= "" and state.release or ngx.null,
    revision = state.revision,
    sharePct = line == 0 and 0 or state.share,
    audience = state.audience,
    stableSlot = state.slot,
    services = state.names,
    targets = state.targets,
    isServing = state.is_serving,
    drawn = counted("drawn"),
    forwarded = counted("forwarded"),
    lastCanaryMs = dict:get("last_canary") or ngx.null,
    lease = lease == nil and "none" or monotonic_ms() > lease and "expired" or "held",
  }
end

local function keep(text)
  if not settings.state_file then return end
  local part = settings.state_file .. ".part"
  local file, why = io.open(part, "w")
  local is_kept = file and file:write(text) and file:close() and os.rename(part, settings.state_file)
  dict:set("kept", is_kept and "kept" or tostring(why or "it cannot be written"))
end

-- One order at a time, whichever worker it comes to: what is known must not change between looking and writing.
local function locked(action)
  for _ = 1, 500 do
    if dict:add("lock", true, 2) then
      local ok, result = pcall(action)
      dict:delete("lock")
      if not ok then error(result) end
      return result
    end
    ngx.sleep(0.002)
  end
  error("serin: the lock of the shared dictionary is never free")
end

local function put(text, lease_ms)
  local next_state = parse(text)
  return locked(function()
    local now = current()
    if next_state.release == now.release and next_state.revision < now.revision then return end
    if next_state.release ~= now.release then
      for _, name in ipairs({ "drawn:canary", "drawn:stable", "forwarded:canary", "forwarded:stable", "last_canary" }) do dict:delete(name) end
    end
    local is_new = text ~= dict:get("wanted")
    if is_new then
      local ok, why = dict:safe_set("wanted", text)
      if not ok then error("serin: lua_shared_dict serin is too small: " .. tostring(why)) end
      dict:incr("serial", 1, 0)
    end
    dict:set("lease_until", monotonic_ms() + lease_ms)
    if is_new then keep(text) end
  end)
end

-- One request to the address of an arm, as nobody; what the services ask of each other through nginx keeps to the arms.
local function attempt(text)
  local state = current()
  local method, target = text:match("request (%u+) (%S+)\n")
  local arms, service = {}, method and service_of(state, target:match("^[^?]*"))
  for name, arm in text:gmatch("arm (%S+) (%l+)\n") do
    arms[#arms + 1] = ngx.escape_uri(name) .. ":" .. arm
  end
  if not service then return { status = 0, detail = "no service has the path " .. tostring(target) } end
  local carried = table.concat(arms, "|")
  local arm = arm_of_service(carried, service.name)
  local peer = service[arm][1]
  local where = service.name .. " on " .. arm
  if not peer then return { status = 0, detail = service.name .. " has no " .. arm .. " address" } end
  local socket = ngx.socket.tcp()
  local ok, why = socket:connect(peer.host, peer.port)
  if not ok then return { status = 0, detail = where .. ": " .. why } end
  socket:send(table.concat({
    method .. " " .. target .. " HTTP/1.1",
    "host: " .. peer.host .. ":" .. peer.port,
    "accept: */*",
    "connection: close",
    "content-length: 0",
    "serin-arm: " .. arm,
    "serin-release: " .. ngx.escape_uri(state.release),
    "baggage: " .. say_baggage(state.release, carried),
    "", "",
  }, "\r\n"))
  local line, broken = socket:receive("*l")
  socket:close()
  local status = line and tonumber(line:match("^HTTP/1%.%d (%d%d%d)"))
  if not status then return { status = 0, detail = where .. ": " .. tostring(broken or "no HTTP answer") } end
  return { status = status, detail = where .. " answered " .. status }
end

local function about()
  local routes = {}
  for _, route in ipairs(parse(settings.first).routes) do routes[#routes + 1] = { path = route.path, service = route.service.name } end
  return {
    script = serin.script,
    nginx = ngx.var.nginx_version,
    lua = ngx.config.ngx_lua_version,
    workers = ngx.worker.count(),
    routes = routes,
    stateFile = settings.state_file and (dict:get("kept") or "not needed yet") or ngx.null,
  }
end

local function body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then return text end
  local name = ngx.req.get_body_file()
  if not name then return "" end
  local file = assert(io.open(name, "rb"))
  local whole = file:read("*a")
  file:close()
  return whole
end

--- content_by_lua of the control location: PUT /wanted, GET /seen, POST /attempt, GET /about; GET /health needs no token.
function serin.control()
  local asked = ngx.var.request_method .. " " .. ngx.var.uri
  if asked == "GET /health" then return answer(200, { status = "ok" }) end
  if not is_same(ngx.var.http_authorization or "", "Bearer " .. settings.token) then
    return answer(401, { error = "a bearer token is needed" })
  end
  if asked == "PUT /wanted" then
    local text = body()
    local lease_ms = tonumber(text:match("^lease (%d+)\n"))
    if not lease_ms then return answer(400, { error = "the order begins with its lease" }) end
    local ok, why = pcall(put, text:gsub("^lease %d+\n", ""), lease_ms)
    if not ok then
      ngx.log(ngx.ERR, why)
      return answer(400, { error = tostring(why) })
    end
    return answer(200, seen())
  elseif asked == "GET /seen" then
    return answer(200, seen())
  elseif asked == "POST /attempt" then
    return answer(200, attempt(body()))
  elseif asked == "GET /about" then
    return answer(200, about())
  end
  return answer(404, { error = "there is PUT /wanted, GET /seen, POST /attempt and GET /about" })
end

return serin
