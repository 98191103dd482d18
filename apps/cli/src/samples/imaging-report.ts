import { DOCTOR, IMAGING, INVENTED, PATIENT } from "./people.ts";

/** An imaging centre's report, as the plain text that many still send. */
export function imagingReport(): string {
  return `${IMAGING.name}
${IMAGING.street}, ${IMAGING.city}

Compte rendu d'échographie abdominale
Patiente : ${PATIENT.name}, née le 12 avril 1978
Prescripteur : ${DOCTOR.full}
Date de l'examen : 22 septembre 2026

INDICATION
Gêne de l'hypocondre droit après les repas depuis deux mois.

TECHNIQUE
Exploration par sonde de 3,5 MHz, patiente à jeun.

RÉSULTAT
Foie de taille normale, de contours réguliers, discrètement hyperéchogène.
Pas de lésion focale visible. Tronc porte perméable.
Vésicule biliaire à paroi fine, sans calcul. Voies biliaires non dilatées.
Pancréas d'aspect habituel pour ce qui en est visible.
Rate et reins sans particularité. Pas d'épanchement.

CONCLUSION
Stéatose hépatique discrète. Pas de lithiase vésiculaire.
Contrôle clinique par le médecin traitant.

${INVENTED}
`;
}
