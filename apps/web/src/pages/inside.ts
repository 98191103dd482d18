// What only an open record shows: fetched in one piece.

export { AskClosing } from "../parts/ask-closing.tsx";
export { Standing } from "../parts/standing.tsx";
export { TourBand } from "../parts/tour-band.tsx";
export { AccessPage } from "./access.tsx";
export { ContactsPage } from "./contacts.tsx";
export { DocumentPage } from "./document.tsx";
export { DocumentsPage } from "./documents.tsx";
export { JournalPage } from "./journal.tsx";
export { LostPage } from "./lost.tsx";
export { ReceivedPage } from "./received.tsx";
export { ReceivedDocumentPage } from "./received-document.tsx";
export { RenewPage } from "./renew.tsx";
export { SettingsPage } from "./settings.tsx";
export { SharePage } from "./share.tsx";
export { ShowPage } from "./show.tsx";
export { WaysPage } from "./ways.tsx";
export { WitnessesPage } from "./witnesses.tsx";
