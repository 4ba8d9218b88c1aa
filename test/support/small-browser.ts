/**
 * A browser without a screen: it keeps cookies, follows redirects and submits forms. Like real
 * ones it does not keep the ports of one host apart (RFC 6265 §8.5).
 */
export interface SmallBrowser {
  get(url: string): Promise<Page>
  /** Sends the form of `page` whose action contains `action`, with its hidden fields. */
  submit(page: Page, action: string, fields?: Readonly<Record<string, string>>): Promise<Page>
  /** A request that a script of `page` would make. */
  fetch(page: Page, path: string, init?: RequestInit): Promise<Response>
  /** The Cookie header for an address. */
  cookies(url: string): string
}

export interface Page {
  readonly url: string
  readonly status: number
  readonly html: string
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

const maxRedirects = 20

export function createSmallBrowser(): SmallBrowser {
  let jar: readonly Cookie[] = []

  function cookies(url: string): string {
    const { pathname } = new URL(url)
    const sent = jar.filter(({ path }) => pathname.startsWith(path))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string> | undefined) }
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...headers, cookie: cookies(url) },
    })
    for (const line of answer.headers.getSetCookie()) jar = keep(jar, line)
    return answer
  }

  async function go(url: string, init: RequestInit, redirects = 0): Promise<Page> {
    const answer = await ask(url, init)
    const location = answer.headers.get('location')
    if (location === null) return { url, status: answer.status, html: await answer.text() }
    await answer.body?.cancel()
    if (redirects === maxRedirects) throw new Error(`too many redirects at ${url}`)
    return go(new URL(location, url).href, {}, redirects + 1)
  }

  return {
    get: (url) => go(url, {}),
    submit: (page, action, fields = {}) => {
      const form = readForm(page, action)
      const body = new URLSearchParams({ ...form.fields, ...fields })
      const headers = { origin: new URL(page.url).origin }
      return go(form.action, { method: 'POST', body, headers })
    },
    fetch: (page, path, init = {}) => {
      const origin = new URL(page.url).origin
      const headers = { ...(init.headers as Record<string, string> | undefined), origin }
      return ask(new URL(path, page.url).href, { ...init, headers })
    },
    cookies,
  }
}

function keep(jar: readonly Cookie[], line: string): readonly Cookie[] {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const equals = pair.indexOf('=')
  const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
  const path = attributeOf(attributes, 'path') ?? '/'
  const others = jar.filter((cookie) => cookie.name !== name || cookie.path !== path)
  const expires = attributeOf(attributes, 'expires')
  const isGone = value === '' || (expires !== undefined && Date.parse(expires) < 86_400_000)
  return isGone ? others : [...others, { name, value, path }]
}

function attributeOf(attributes: readonly string[], name: string): string | undefined {
  const found = attributes.find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

function readForm(page: Page, action: string) {
  const forms = page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)
  for (const [, head = '', content = ''] of forms) {
    const target = attribute(head, 'action')
    if (!target.includes(action)) continue
    const inputs = [...content.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => input)
    const fields = inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')])
    return { action: new URL(target, page.url).href, fields: toFields(fields) }
  }
  throw new Error(`no form to ${action} at ${page.url}`)
}

function toFields(pairs: readonly string[][]): Record<string, string> {
  const named = pairs.filter(([name]) => name !== '')
  return Object.fromEntries(named.map(([name = '', value = '']) => [name, value]))
}

function attribute(tag: string, name: string): string {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return found.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
}
