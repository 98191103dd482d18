/** The object identifiers that a time stamp is made of, each with where it is assigned. */
export const OID = {
  /** FIPS 180-4, NIST CSOR. */
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
  /** RFC 5652 section 5.1. */
  signedData: "1.2.840.113549.1.7.2",
  /** RFC 5652 sections 11.1 and 11.2. */
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  /** RFC 3161 section 2.4.2. */
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  /** RFC 2634 section 5.4 and RFC 5035 section 3. */
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  /** RFC 5280 section 4.2. */
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  extendedKeyUsage: "2.5.29.37",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  /** RFC 5280 section 4.2.1.12. */
  serverAuth: "1.3.6.1.5.5.7.3.1",
  /** RFC 3161 section 2.3. */
  timeStamping: "1.3.6.1.5.5.7.3.8",
} as const;
