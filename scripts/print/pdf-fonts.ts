import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const weights = {
  regular: '400Regular/BeVietnamPro_400Regular.ttf',
  medium: '500Medium/BeVietnamPro_500Medium.ttf',
  bold: '700Bold/BeVietnamPro_700Bold.ttf',
} as const
export type FontWeight = keyof typeof weights

/** Be Vietnam Pro, drawn for Vietnamese: the diacritics of capitals stand free of each other. */
export function registerFonts(document: PDFKit.PDFDocument): void {
  const require = createRequire(import.meta.url)
  for (const [weight, file] of Object.entries(weights)) {
    const path = require.resolve(`@expo-google-fonts/be-vietnam-pro/${file}`)
    document.registerFont(weight, readFileSync(path))
  }
}
