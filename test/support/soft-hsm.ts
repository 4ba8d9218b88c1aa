import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TokenAddress } from '../../src/keystore/hsm-fault.ts'

const run = promisify(execFile)
const userPin = '4711-for-tests'
const tokenLabel = 'ecard-test'

/**
 * A token of SoftHSM in a folder of its own, behind `p11-kit server`: an HSM on the other end of a
 * socket, which can be taken away while it is in use.
 */
export class SoftHsm {
  readonly #folder: string
  #server: ChildProcess | null = null
  /** What the token itself takes. */
  #pin = userPin
  /** The token as a client of the server sees it. */
  readonly address: TokenAddress

  private constructor(folder: string) {
    this.#folder = folder
    const module = findLibrary('p11-kit-client.so', 'p11-kit-modules')
    this.address = { module, token: tokenLabel, pinFile: join(folder, 'pin') }
  }

  /** Makes the token and serves it. Modules find it by this process's environment. */
  static async start(): Promise<SoftHsm> {
    const folder = await mkdtemp(join(tmpdir(), 'ecard-hsm-'))
    const hsm = new SoftHsm(folder)
    await mkdir(join(folder, 'tokens'))
    await writeFile(
      join(folder, 'softhsm2.conf'),
      `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`,
    )
    await hsm.putPin(userPin)
    process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf')
    process.env['P11_KIT_SERVER_ADDRESS'] = `unix:path=${hsm.#socket}`
    const pins = ['--pin', userPin, '--so-pin', 'officer-for-tests']
    await run('softhsm2-util', ['--init-token', '--free', '--label', tokenLabel, ...pins])
    await hsm.bringBack()
    return hsm
  }

  get #socket(): string {
    return join(this.#folder, 'socket')
  }

  /** The token without the server: SoftHSM in the caller's own process. */
  get direct(): TokenAddress {
    return { ...this.address, module: softHsmModule() }
  }

  /** The PIN in the file, unless a test put another there. */
  get pin(): string {
    return userPin
  }

  /** Writes the file that a keystore reads the PIN from; the token keeps its own. */
  putPin(pin: string): Promise<void> {
    return writeFile(this.address.pinFile, `${pin}\n`, { mode: 0o600 })
  }

  /** Kills the server with every connection that it serves. */
  async takeAway(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    const ended = once(server, 'exit')
    this.#signal(server, 'SIGKILL')
    await ended
    await rm(this.#socket, { force: true })
  }

  async bringBack(): Promise<void> {
    // A process group of its own: the server forks for each connection.
    this.#server = spawn(
      'p11-kit',
      [
        ...['server', '--foreground', '--name', this.#socket, '--provider', softHsmModule()],
        `pkcs11:token=${tokenLabel}`,
      ],
      { detached: true, stdio: 'ignore' },
    )
    while (!(await accepts(this.#socket))) await new Promise((resume) => setTimeout(resume, 20))
  }

  /** The HSM takes what is sent and says nothing any more, until `thaw`. */
  freeze(): void {
    if (this.#server !== null) this.#signal(this.#server, 'SIGSTOP')
  }

  thaw(): void {
    if (this.#server !== null) this.#signal(this.#server, 'SIGCONT')
  }

  /** Runs OpenSC's `pkcs11-tool` on the token, logged in. */
  tool(...args: string[]): Promise<string> {
    return this.#runTool(args)
  }

  async #runTool(args: readonly string[], newPin = ''): Promise<string> {
    const { stdout } = await run(
      'pkcs11-tool',
      [
        ...['--module', softHsmModule(), '--token-label', tokenLabel],
        ...['--login', '--pin', 'env:TEST_TOKEN_PIN'],
        ...args,
      ],
      { env: { ...process.env, TEST_TOKEN_PIN: this.#pin, TEST_NEW_PIN: newPin } },
    )
    return stdout
  }

  /** What `pkcs11-tool` says about the private key of this name. */
  async describePrivateKey(name: string): Promise<string> {
    const objects = (await this.tool('--list-objects', '--type', 'privkey')).split(/^(?=Private)/m)
    const [found, ...others] = objects.filter((object) => /label: +(.*)/.exec(object)?.[1] === name)
    if (found === undefined || others.length > 0) throw new Error(`not one private key ${name}`)
    return found
  }

  /** Gives the token itself another PIN. */
  async changePin(pin: string): Promise<void> {
    await this.#runTool(['--change-pin', '--new-pin', 'env:TEST_NEW_PIN'], pin)
    this.#pin = pin
  }

  async release(): Promise<void> {
    this.thaw()
    await this.takeAway()
    delete process.env['SOFTHSM2_CONF']
    delete process.env['P11_KIT_SERVER_ADDRESS']
    await rm(this.#folder, { recursive: true, force: true })
  }

  #signal(server: ChildProcess, signal: NodeJS.Signals): void {
    if (server.pid !== undefined) process.kill(-server.pid, signal)
  }
}

function softHsmModule(): string {
  return findLibrary('libsofthsm2.so', 'softhsm2')
}

/** Debian puts modules below /usr/lib, some in the folder of the machine's architecture. */
function findLibrary(name: string, debianPackage: string): string {
  const roots = ['/usr/lib', '/usr/lib64', '/usr/local/lib']
    .filter((root) => existsSync(root))
    .flatMap((root) => [root, ...readdirSync(root).map((folder) => join(root, folder))])
  const found = roots
    .flatMap((root) => ['', 'pkcs11', 'softhsm'].map((folder) => join(root, folder, name)))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error(`${name} is missing: apt-get install ${debianPackage}`)
  return found
}

async function accepts(socket: string): Promise<boolean> {
  const connection = createConnection(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch {
    return false
  } finally {
    connection.destroy()
  }
}
