import type { IncomingMessage } from 'node:http'

type Sign = readonly [mark: RegExp, name: string]

/** The more telling first: each of them says it is several others. */
const browsers: readonly Sign[] = [
  [/\bEdg\w*\//, 'Edge'],
  [/\b(coc_coc_browser|CocCoc)\b/i, 'Cốc Cốc'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly Sign[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * The sort of browser and machine, such as `Chrome, Windows`: enough for a person to notice a
 * stranger, and no more about them than that.
 *
 * @returns null where the browser does not say
 */
export function deviceLabelOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const agent = (headers['user-agent'] ?? '').slice(0, 512)
  const names = [nameIn(agent, browsers), nameIn(agent, systems)]
  return names.filter((name) => name !== null).join(', ') || null
}

function nameIn(agent: string, signs: readonly Sign[]): string | null {
  return signs.find(([mark]) => mark.test(agent))?.[1] ?? null
}
