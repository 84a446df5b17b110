export type { ActionView, BandView, CheckView, PersonView, PhaseView, ReleaseView, Tone, WayBackView } from "../core/release-view.ts";
