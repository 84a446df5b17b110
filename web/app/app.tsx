import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import type { ReactNode } from "react";
import { Route, Switch, useLocation, useSearch } from "wouter";
import { frameWords } from "../words/frame-words.ts";
import { chosenLanguage, LanguageContext, rememberedLanguage, useWords } from "../words/language.ts";
import { ReleasesScreen } from "../releases/releases-screen.tsx";
import { ReleaseScreen } from "../release/release-screen.tsx";
import { To } from "./address.tsx";
import { Boundary } from "./boundary.tsx";
import { Frame, LanguageSwitch } from "./frame.tsx";
import { OtherLink } from "./other-link.tsx";
import { SessionProvider, useSession } from "./session.tsx";
import { SignIn } from "./sign-in.tsx";

// Screens that few people open every day come when they are asked for.
const CalendarScreen = lazy(async () => ({ default: (await import("../calendar/calendar-screen.tsx")).CalendarScreen }));
const SettingsScreen = lazy(async () => ({ default: (await import("../settings/settings-screen.tsx")).SettingsScreen }));

/** The dashboard. `code` is that of a one-time link; `null`: it was opened without one. */
export function App({ code }: { readonly code: string | null }): ReactNode {
  const search = useSearch();
  const language = useMemo(() => chosenLanguage(search, rememberedLanguage(), navigator.languages), [search]);
  // Before the first call, which asks in the language of the page.
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext value={language}>
      <SessionProvider code={code}>
        <Gate />
      </SessionProvider>
    </LanguageContext>
  );
}

/** Shows the screens to whoever is signed in, and the ways in to everybody else. */
function Gate(): ReactNode {
  const words = useWords(frameWords);
  const { session } = useSession();
  switch (session.kind) {
    case "asking":
      return <p className="first-word faint">{words.connecting}</p>;
    case "away":
      return <p className="first-word problem">{words.neverHeard}</p>;
    case "known":
      if (session.answer.person !== null) return session.other === undefined ? <Screens /> : <OtherLink other={session.other} />;
      return (
        <>
          <SignIn {...session} />
          <div className="sign-in-foot">
            <LanguageSwitch />
          </div>
        </>
      );
  }
}

function Screens(): ReactNode {
  const words = useWords(frameWords);
  const [location] = useLocation();
  useFocusOnArrival(location);
  return (
    <Frame>
      <Boundary of={location} instead={<Broken />}>
        <Suspense fallback={<p className="first-word faint">{words.connecting}</p>}>
          <Switch>
            <Route path="/" component={ReleasesScreen} />
            <Route path="/releases/:id">{({ id }) => <ReleaseScreen key={id} id={decodeURIComponent(id)} />}</Route>
            <Route path="/calendar" component={CalendarScreen} />
            <Route path="/settings" component={SettingsScreen} />
            <Route>
              <NothingHere />
            </Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Frame>
  );
}

/** Whoever comes from another screen begins at the top of this one, with eyes and with the keyboard. */
function useFocusOnArrival(location: string): void {
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    document.documentElement.scrollTop = 0;
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [location]);
}

function NothingHere(): ReactNode {
  const words = useWords(frameWords);
  return (
    <div className="page">
      <h1>{words.nothingHere}</h1>
      <p>
        <To path="/">{words.nothingHereRemedy}</To>
      </p>
    </div>
  );
}

function Broken(): ReactNode {
  const words = useWords(frameWords);
  return (
    <div className="page" role="alert">
      <h1>{words.broken}</h1>
      <p>{words.brokenRemedy}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </div>
  );
}
