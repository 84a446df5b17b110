import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { takeCode } from "./app/session.tsx";
import { rememberedTheme, showTheme } from "./app/theme.ts";
import "./style/base.css";
import "./style/frame.css";
import "./style/releases.css";
import "./style/release.css";
import "./style/history.css";
import "./style/print.css";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the dashboard");
showTheme(rememberedTheme());
const code = takeCode();
createRoot(root).render(
  <StrictMode>
    <App code={code} />
  </StrictMode>,
);
