import type { Adapter, AdapterFactory } from 'oidc-provider'
import { createModel, type AdapterDeps, type Model } from './stored-models.ts'
import { orUnavailable } from './unavailable.ts'

/**
 * The library's storage: clients from the registry, everything else in the expiring store.
 *
 * No index by grant is kept. A code, a refresh token and an access token are good only with their
 * grant at hand (the library reads it at `/token` and `/userinfo`), so deleting the one record of
 * the grant revokes all of them, and `revokeByGrantId` has nothing left to do.
 */
export function createAdapterFactory(deps: AdapterDeps): AdapterFactory {
  return (name) => withEveryMethod(createModel(deps, name))
}

/** What a model does not have is refused; where a store does not answer, the library can say so. */
function withEveryMethod(model: Model): Adapter {
  const refuse = (method: string) => () =>
    Promise.reject(new Error(`the adapter has no ${method} for this model`))
  const full: Adapter = {
    upsert: refuse('upsert'),
    find: refuse('find'),
    findByUid: refuse('findByUid'),
    findByUserCode: refuse('findByUserCode'),
    consume: refuse('consume'),
    destroy: refuse('destroy'),
    revokeByGrantId: refuse('revokeByGrantId'),
    ...model,
  }
  return {
    upsert: (id, payload, ttl) => orUnavailable(full.upsert(id, payload, ttl)),
    find: (id) => orUnavailable(full.find(id)),
    findByUid: (uid) => orUnavailable(full.findByUid(uid)),
    findByUserCode: (code) => full.findByUserCode(code),
    consume: (id) => orUnavailable(full.consume(id)),
    destroy: (id) => orUnavailable(full.destroy(id)),
    revokeByGrantId: (grantId) => full.revokeByGrantId(grantId),
  }
}
