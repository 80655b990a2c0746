/** Who asks, by their token, and what it is good for. */
import type { Operator, Scope } from '../config/schema/operators.ts'
import { isEqual, sha256 } from '../runtime/hmac.ts'

/** Tells what a token is good for; undefined for one that nobody has. Takes as long whoever it is. */
export const scopeOf = (
  token: string,
  operatorToken: string,
  operators: readonly Pick<Operator, 'sha256' | 'scope'>[],
): Scope | undefined => {
  const given = sha256(token)
  const holders = [{ sha256: sha256(operatorToken), scope: 'admin' } as const, ...operators]
  return holders.filter((each) => isEqual(each.sha256, given)).at(0)?.scope
}

const RANK: Readonly<Record<Scope, number>> = { read: 0, operate: 1, admin: 2 }

/** Whether a scope includes another. */
export const includes = (scope: Scope, needed: Scope): boolean => RANK[scope] >= RANK[needed]

/** What a request needs a token to be good for. Whatever changes something needs more than a look, unless it is named here. */
export const neededScope = (method: string, path: string): Scope => {
  if (method === 'GET' || method === 'HEAD') return 'read'
  return SCOPES_OF.get(path) ?? 'operate'
}

const SCOPES_OF: ReadonlyMap<string, Scope> = new Map([
  ['/api/v1/customers/validate', 'read'],
  ['/api/v1/forget', 'admin'],
])
