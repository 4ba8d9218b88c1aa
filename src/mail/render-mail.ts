import { mailLanguages, type MailFacts, type MailLanguage, type TakenMail } from './mail.ts'
import { mailNews, mailWords as words } from './mail-words.ts'

export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The house that signs it, in each language. */
export type MailOperator = Readonly<Record<MailLanguage, string>>

// People here read civil time, whatever zone the machine is set to.
const dates = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
})
const times = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
})

type Mail = Pick<TakenMail, 'template' | 'language' | 'facts'>

/** Plain text, and the same as simple HTML. Names stand on one line and mean nothing to HTML. */
export function renderMail(mail: Mail, operator: MailOperator): RenderedMail {
  const languages = mail.language === null ? mailLanguages : [mail.language]
  const letters = languages.map((language) => letterIn(language, mail, operator))
  return {
    subject: letters.map(({ subject }) => subject).join(' · '),
    text: `${letters.map(asText).join('\n\n----------------------------------------\n\n')}\n`,
    html: asHtml(letters),
  }
}

interface Letter {
  readonly language: MailLanguage
  readonly subject: string
  readonly greeting: string
  readonly news: string
  readonly rows: readonly (readonly [label: string, value: string])[]
  readonly advice: string
  readonly automatic: string
  readonly operator: string
}

function letterIn(
  language: MailLanguage,
  { template, facts }: Mail,
  operator: MailOperator,
): Letter {
  const { subject, news } = mailNews[template]
  const byOthers = template === 'passkey-revoked' || template === 'passkey-flagged'
  return {
    language,
    subject: subject[language],
    greeting: words.greeting[language].replace('{holder}', () => oneLine(facts.holder)),
    news: news[language],
    rows: rowsIn(language, facts),
    advice: (byOthers ? words.askWhy : words.notYou)[language],
    automatic: words.automatic[language],
    operator: operator[language],
  }
}

function rowsIn(language: MailLanguage, facts: MailFacts): Letter['rows'] {
  const { passkey, formerName, terminal, device } = facts
  const at = new Date(facts.at)
  const rows: [string, string | undefined][] = [
    [words.passkey[language], quoted(passkey)],
    [words.formerName[language], formerName === undefined ? undefined : quoted(formerName)],
    [words.at[language], `${dates.format(at)} ${times.format(at)} ${words.zone[language]}`],
    [words.terminal[language], terminal],
    [words.device[language], device],
  ]
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, oneLine(value)]]))
}

function asText({ greeting, news, rows, advice, automatic, operator }: Letter): string {
  const facts = rows.map(([label, value]) => `${label}: ${value}`).join('\n')
  return [greeting, news, facts, advice, automatic, operator].join('\n\n')
}

function asHtml(letters: readonly Letter[]): string {
  const [first] = letters
  const parts = letters.map(letterAsHtml).join('<hr style="border:0;border-top:1px solid #ddd7cf">')
  return (
    `<!doctype html><html lang="${first?.language ?? 'vi'}"><head><meta charset="utf-8"></head>` +
    '<body style="margin:0;padding:16px;background:#f7f5f2;color:#1c1b1f;' +
    "font:16px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif\">" +
    '<div style="max-width:560px;margin:0 auto;padding:20px 24px;background:#fff;' +
    `border:1px solid #ddd7cf;border-top:8px solid #8e1620">${parts}</div></body></html>`
  )
}

function letterAsHtml(letter: Letter): string {
  const { language, subject, greeting, news, rows, advice, automatic, operator } = letter
  const facts = rows.map(([label, value]) => row(label, value)).join('')
  return (
    `<div lang="${language}"><h1 style="margin:0 0 12px;font-size:22px;line-height:1.3">` +
    `${escapeHtml(subject)}</h1><p>${escapeHtml(greeting)}</p><p>${escapeHtml(news)}</p>` +
    `<table role="presentation" style="border-collapse:collapse">${facts}</table>` +
    `<p><strong>${escapeHtml(advice)}</strong></p>` +
    `<p style="color:#47444c;font-size:14px">${escapeHtml(automatic)}</p>` +
    `<p>${escapeHtml(operator)}</p></div>`
  )
}

function row(label: string, value: string): string {
  return (
    '<tr><td style="padding:4px 16px 4px 0;color:#47444c;vertical-align:top">' +
    `${escapeHtml(label)}</td><td style="padding:4px 0">${escapeHtml(value)}</td></tr>`
  )
}

function quoted(name: string): string {
  return `“${oneLine(name)}”`
}

/** Names are people's own: no line breaks, nothing that turns the writing round, nothing unseen. */
function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
