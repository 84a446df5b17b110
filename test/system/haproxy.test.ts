import { onSystem } from "./on-system.ts";
import { startHaproxy } from "./proxy/haproxy-subject.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";

onSystem({ name: "HAProxy", needs: ["haproxy"] }, () => {
  proxySuite("haproxy", startHaproxy, { afterReload: "last share", afterStart: "last share" });
});
