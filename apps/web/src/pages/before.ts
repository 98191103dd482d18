// What anybody may see, with an account or without: fetched in one piece.

export { AccessibilityPage } from "./accessibility.tsx";
export { DisplayPage } from "./display.tsx";
export { EnterPage } from "./enter.tsx";
export { HelpPage } from "./help.tsx";
export { PreparePage } from "./prepare.tsx";
export { PromisesPage } from "./promises.tsx";
export { ScanPage } from "./scan.tsx";
export { SignUpPage } from "./sign-up.tsx";
export { VerifyPage } from "./verify.tsx";
