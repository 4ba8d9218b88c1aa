import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { freePort } from './servers.ts'

/** A Redis of one test's own, which goes away and comes back at the same address. */
export class RestartableRedis {
  readonly #port: number
  #process: ChildProcess | null = null

  private constructor(port: number) {
    this.#port = port
  }

  static async start(): Promise<RestartableRedis> {
    const redis = new RestartableRedis(await freePort())
    await redis.start()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '']
    this.#process = spawn('redis-server', options, { stdio: 'ignore' })
    while (!(await this.#accepts())) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** @param signal - `SIGKILL` to break off in the middle of a command */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const process = this.#process
    this.#process = null
    if (process === null) return
    const exited = once(process, 'exit')
    process.kill(signal)
    await exited
  }

  async #accepts(): Promise<boolean> {
    if (this.#process?.exitCode !== null) throw new Error('redis-server ended before it listened')
    const socket = createConnection(this.#port, '127.0.0.1')
    const isConnected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return isConnected
  }
}
