// What anybody may see, with an account or without: fetched in one piece.

export { AccessibilityPage } from "../pages/accessibility.tsx";
export { DisplayPage } from "../pages/display.tsx";
export { EnterPage } from "../pages/enter.tsx";
export { HelpPage } from "../pages/help.tsx";
export { PreparePage } from "../pages/prepare.tsx";
export { PromisesPage } from "../pages/promises.tsx";
export { ScanPage } from "../pages/scan.tsx";
export { SignUpPage } from "../pages/sign-up.tsx";
export { VerifyPage } from "../pages/verify.tsx";
