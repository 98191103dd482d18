import { i18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { I18nProvider as AriaProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { takeHanded } from "./handed.ts";
import { preferredLanguage, speak } from "./language.ts";
import { lettersAreThere } from "./letters.ts";
import { Problem } from "./parts/problem.tsx";
import { pressOnce } from "./press-once.ts";
import { closeWhenPutAway } from "./put-away.ts";
import { router } from "./router.tsx";
import { SessionProvider } from "./session.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/pages.css";
import "./style/chart.css";
import "./style/shown.css";
import "./style/states.css";
import "./style/print.css";
import { wearChosen } from "./theme.ts";

function Whole() {
  const { i18n: spoken } = useLingui();
  return (
    <AriaProvider locale={spoken.locale === "fr" ? "fr-FR" : "en-GB"}>
      <SessionProvider failed={(error) => <Problem error={error} />}>
        <RouterProvider router={router} />
      </SessionProvider>
    </AriaProvider>
  );
}

wearChosen();
closeWhenPutAway();
pressOnce();
takeHanded();
await Promise.all([speak(preferredLanguage()), lettersAreThere()]);
const place = document.getElementById("root");
if (place === null) throw new Error("index.html has a place for the page");
createRoot(place).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <Whole />
    </I18nProvider>
  </StrictMode>,
);
