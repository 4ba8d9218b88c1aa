/** A page as it came after all redirects. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Cookie {
  readonly host: string
  readonly path: string
  readonly value: string
}

const maxRedirects = 20

/** A browser without a screen: cookies by host and path, and redirects followed one by one. */
export class TestBrowser {
  readonly #cookies = new Map<string, Cookie>()

  /** Goes to `url` and wherever it is sent from there. */
  async visit(url: string | URL, init: RequestInit = {}): Promise<Page> {
    let next = new URL(url)
    let request = init
    for (let hops = 0; hops < maxRedirects; hops++) {
      const page = await this.step(next, request)
      const location = page.headers.get('location')
      if (location === null || page.status < 300 || page.status >= 400) return page
      next = new URL(location, next)
      request = {}
    }
    throw new Error(`more than ${maxRedirects} redirects, last to ${next.pathname}`)
  }

  /** One request and its answer; a redirect is not followed. */
  async step(url: string | URL, init: RequestInit = {}): Promise<Page> {
    const target = new URL(url)
    const headers = new Headers(init.headers)
    headers.set('cookie', this.#cookiesFor(target))
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(target, line)
    const { status } = response
    return { url: target, status, headers: response.headers, text: await response.text() }
  }

  /** The names of the cookies that `url` would get. */
  cookieNames(url: string | URL): string[] {
    const pairs = this.#cookiesFor(new URL(url)).split('; ')
    return pairs.map((pair) => pair.split('=')[0] ?? '').filter((name) => name !== '')
  }

  #cookiesFor({ host, pathname }: URL): string {
    return [...this.#cookies]
      .filter(([, cookie]) => cookie.host === host && isWithin(pathname, cookie.path))
      .map(([key, cookie]) => `${key.split('|')[0] ?? ''}=${cookie.value}`)
      .join('; ')
  }

  #keep(from: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const separator = pair.indexOf('=')
    const [name, value] = [pair.slice(0, separator), pair.slice(separator + 1)]
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.split('=')[1]
    const path = attribute('path') ?? '/'
    const expires = attribute('expires')
    const key = `${name}|${from.host}|${path}`
    const isGone = expires !== undefined && Date.parse(expires) <= Date.now()
    if (isGone) this.#cookies.delete(key)
    else this.#cookies.set(key, { host: from.host, path, value })
  }
}

/** RFC 6265 §5.1.4. */
function isWithin(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}
