import type { Finding, HealthLevel } from '../../src/health.ts'
import { tableLines } from '../commands/print-table.ts'
import { doctorEn } from '../words/doctor-en.ts'
import { doctorVi } from '../words/doctor-vi.ts'
import type { DoctorWords, Said, Say } from '../words/doctor-words.ts'
import { wordsFor } from '../words/language.ts'

export function doctorWords(): DoctorWords {
  return wordsFor({ vi: doctorVi, en: doctorEn })
}

/** Each level by a sign and a word; colour only adds to them. */
const signs = { green: '✓', amber: '!', red: '✗' } as const
/** Of ECMA-48 (SGR): green, yellow, red. */
const colours = { green: 32, amber: 33, red: 31 } as const

/** The lines of the table, with colour where a person looks on. */
export function findingLines(
  findings: readonly Finding[],
  words: DoctorWords,
  { isColoured }: { readonly isColoured: boolean },
): string[] {
  const rows = findings.map((finding) => {
    const { subject, message, advice } = inWords(finding, words)
    const told = advice === null ? message : `${message}. ${words.toDo(advice)}`
    return [`${signs[finding.level]} ${words.levels[finding.level]}`, subject, told]
  })
  const [heading = '', ...lines] = tableLines(words.headings, rows)
  const coloured = lines.map((line, index) => inColour(line, findings[index]?.level, isColoured))
  return [heading, ...coloured]
}

/** A finding as its own words have it, where the reader's language has none. */
export function inWords(finding: Finding, words: DoctorWords): Said {
  const { subject, message, advice, code, facts } = finding
  const sayings: Readonly<Partial<Record<string, Say>>> = words.findings
  return sayings[code]?.(facts) ?? { subject, message, advice }
}

/** The sign and the word alone: sentences stay readable on every background. */
function inColour(line: string, level: HealthLevel | undefined, isColoured: boolean): string {
  const mark = /^\S+ \S+/.exec(line)?.[0] ?? ''
  if (!isColoured || level === undefined) return line
  return `\u001b[${colours[level]}m${mark}\u001b[39m${line.slice(mark.length)}`
}
