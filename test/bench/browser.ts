import { Agent, request, type IncomingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a browser does in a sign-in, as cheaply as Node can: kept connections and a cookie jar. */
export interface Browser {
  readonly cookies: Map<string, string>
  get(url: string): Promise<Answer>
  post(url: string, body: string, headers?: Record<string, string>): Promise<Answer>
  /**
   * Opens an event stream and resolves with the data of the first event that `wanted` accepts. The
   * stream is left to end by itself: what the service ends with its last event leaves a connection
   * that is good for the next request, in browsers too.
   */
  awaitEvent(url: string, wanted: (data: string) => boolean): Promise<string>
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

export function openBrowser(cookies: Iterable<[string, string]> = []): Browser {
  const jar = new Map(cookies)
  return {
    cookies: jar,
    get: (url) => send(jar, url, { method: 'GET' }),
    post: (url, body, headers = {}) => send(jar, url, { method: 'POST', body, headers }),
    awaitEvent: (url, wanted) => awaitEvent(jar, url, wanted),
  }
}

interface Sending {
  readonly method: 'GET' | 'POST'
  readonly body?: string
  readonly headers?: Record<string, string>
}

function send(jar: Map<string, string>, url: string, sending: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: cookieHeader(jar), ...sending.headers }
    const sent = request(url, { agent, method: sending.method, headers }, (response) => {
      keepCookies(jar, response.headers['set-cookie'])
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (part: string) => (body += part))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    sent.on('error', reject)
    sent.end(sending.body)
  })
}

function awaitEvent(
  jar: Map<string, string>,
  url: string,
  wanted: (data: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: cookieHeader(jar), accept: 'text/event-stream' }
    const sent = request(url, { agent, headers }, (response) => {
      response.setEncoding('utf8')
      let pending = ''
      response.on('data', (part: string) => {
        pending += part
        const data = pending.match(/^data: ?(.*)$/gm)?.map((line) => line.replace(/^data: ?/, ''))
        const found = data?.find(wanted)
        if (found !== undefined) resolve(found)
      })
      response.on('end', () => {
        reject(new Error(`${url} ended without the event: ${pending}`))
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

function cookieHeader(jar: Map<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}

function keepCookies(jar: Map<string, string>, lines: readonly string[] = []): void {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
}
