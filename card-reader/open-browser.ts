import { spawn } from 'node:child_process'

/** The desktop's own way to open a link; Windows has it in a library, not in a program. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
const otherOpener = ['xdg-open'] as const

/**
 * Opens a link in this user's browser. Resolves once it was handed over; without a desktop nothing
 * happens, and the link has to be shown to the person.
 *
 * Other users of this computer can see the link in the list of processes: a pairing link is good
 * once and for minutes.
 */
export async function openBrowser(url: string, platform = process.platform): Promise<void> {
  const [program, ...given] = openers[platform] ?? otherOpener
  await new Promise<void>((resolve) => {
    const child = spawn(program, [...given, url], { stdio: 'ignore', detached: true })
    child.on('error', () => {
      resolve()
    })
    child.on('spawn', () => {
      child.unref()
      resolve()
    })
  })
}
