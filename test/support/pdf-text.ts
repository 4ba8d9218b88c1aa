import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a PDF says to whoever reads it, line by line as on the page, by poppler's `pdftotext`. */
export async function textOfPdf(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)('pdftotext', ['-layout', '-enc', 'UTF-8', path, '-'])
  return stdout.normalize('NFC')
}
