/**
 * The personal identification number: twelve digits (Law on Identification 2023, article 12). What
 * province, century and year its digits tell is not checked.
 */
export function isNationalNumber(text: string): boolean {
  return /^[0-9]{12}$/.test(text)
}
