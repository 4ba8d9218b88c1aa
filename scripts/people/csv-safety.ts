/**
 * Spreadsheets run what begins like a formula, so such cells leave with an apostrophe in front
 * (OWASP, "CSV injection"), and imports take it away again: nothing is lost on the way.
 */
const dangerous = /^'*[=+\-@\t\r]/
const made = /^'(?='*[=+\-@\t\r])/

export function neutralised(text: string): string {
  return dangerous.test(text) ? `'${text}` : text
}

export function restored(text: string): string {
  return text.replace(made, '')
}
