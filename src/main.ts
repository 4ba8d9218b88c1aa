import { compose, type Service } from './compose.ts'
import { readConfig } from './config.ts'
import { AppError } from './errors.ts'

/** Process entry: read the configuration, compose, listen; on a signal stop in reverse order. */
async function main(): Promise<void> {
  const { config, secrets } = readConfig(process.env)
  const service = await compose(config, secrets)
  stopOnSignal(service)
  const { url } = await service.listen()
  process.stdout.write(`ecard-sso answers at ${url} as ${config.issuer}\n`)
}

/** The first signal ends open work in order; a second one does not wait for it. */
function stopOnSignal(service: Service): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1))
      service.close().then(
        () => process.exit(0),
        (error: unknown) => {
          endWith(error)
        },
      )
    })
  }
}

/** One sentence for the person at the screen; a stack trace would not help them. */
function endWith(error: unknown): never {
  const sentence = error instanceof AppError ? error.message : describe(error)
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function describe(error: unknown): string {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined
  if (code === 'EADDRINUSE') return 'The port is in use. Set ECARD_PORT to another one.'
  if (code === 'EACCES') return 'No permission. Check the port and the folder of ECARD_DATA_DIR.'
  return `The service could not start: ${error instanceof Error ? error.message : 'unknown cause'}`
}

main().catch(endWith)
