import { letterPdf } from "./paper.ts";
import { DOCTOR, INVENTED, PATIENT } from "./people.ts";

/** A prescription for three months. */
export async function prescription(): Promise<Uint8Array<ArrayBuffer>> {
  return await letterPdf(
    {
      from: [DOCTOR.full, DOCTOR.speciality, DOCTOR.street, DOCTOR.city],
      to: [`${PATIENT.name}, née le 12 avril 1978`],
      date: "Lyon, le 9 novembre 2026",
      title: "Ordonnance",
      parts: [
        { kind: "heading", text: "Metformine 500 mg, comprimé" },
        {
          kind: "text",
          text: "1 comprimé matin et soir, au cours du repas. Traitement de trois mois.",
        },
        { kind: "heading", text: "Ramipril 5 mg, comprimé" },
        { kind: "text", text: "1 comprimé le matin. Traitement de trois mois." },
        { kind: "heading", text: "Contrôle" },
        {
          kind: "text",
          text: "Hémoglobine glyquée et créatinine dans trois mois, à jeun. Tension à relever au domicile trois jours de suite avant la prochaine consultation.",
        },
        { kind: "text", text: "À renouveler une fois." },
      ],
      foot: INVENTED,
    },
    new Date("2026-11-09T10:30:00Z"),
  );
}
