/**
 * What a running service makes of changed files: each customer that is well gets its new version, a broken one keeps the version
 * it had, and a line never changes hands by accident. Calls that are up keep the version they began with.
 */
import type { Config, Customer } from './config.ts'
import { createConfig } from './config.ts'
import type { CustomerFile } from './customer.ts'
import type { ParsedFiles } from './parse-config.ts'
import { takenBy, warningsOf } from './parse-config.ts'
import type { Problem } from './problem.ts'
import { inReadingOrder } from './problem.ts'

/** The configuration to go on with, and how it differs from the one before; customers by id. */
export type NextConfig = Readonly<{
  config: Config
  serviceChanged: boolean
  added: readonly string[]
  changed: readonly string[]
  removed: readonly string[]
  /** Go on with the version they had, because their file is broken or, gone, may be one that is being renamed. */
  kept: readonly string[]
  problems: readonly Problem[]
  warnings: readonly Problem[]
}>

/** Decides how to go on with `now` after the files were read again. */
export const nextConfig = (now: Config, files: ParsedFiles): NextConfig => {
  const before: Customers = new Map(now.customers.map((customer) => [customer.id, customer]))
  const { customers, refusals } = settle(before, files.customers)
  const after: Customers = new Map(customers.map((customer) => [customer.id, customer]))
  const service = files.service.service ?? now.service
  const fresh = new Set(files.customers.map(({ customer }) => customer))
  return {
    config: createConfig(service, customers),
    serviceChanged: JSON.stringify(service) !== JSON.stringify(now.service),
    added: [...after.keys()].filter((id) => !before.has(id)),
    changed: customers.filter(({ id, version }) => isOther(before.get(id), version))
      .map(({ id }) => id),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    kept: customers.filter((customer) => !fresh.has(customer)).map(({ id }) => id),
    problems: inReadingOrder([
      ...files.service.problems,
      ...files.customers.flatMap(({ problems }) => problems),
      ...refusals,
    ]),
    warnings: warningsOf(files),
  }
}

type Customers = ReadonlyMap<string, Customer>

const isOther = (before: Customer | undefined, version: string): boolean =>
  before !== undefined && before.version !== version

type Settled = { customers: readonly Customer[]; refusals: readonly Problem[] }

/**
 * Chooses a version for each customer such that no number has two owners. A newcomer to a number that its owner has not given
 * up is refused. That brings back the newcomer's version before, which may stand in another's way, so it is done until all is
 * quiet; the versions before never clash with each other, so that it ends.
 */
const settle = (before: Customers, files: readonly CustomerFile[]): Settled => {
  const refused = new Map<string, Problem>()
  for (;;) {
    const customers = choose(before, files, refused)
    const refusals = clashes(before, files, customers)
    if (refusals.size === 0) return { customers, refusals: [...refused.values()] }
    for (const [id, problem] of refusals) refused.set(id, problem)
  }
}

const choose = (
  before: Customers,
  files: readonly CustomerFile[],
  refused: ReadonlyMap<string, Problem>,
): readonly Customer[] => {
  const isWell = (file: CustomerFile) => file.customer !== undefined && !refused.has(file.id)
  const customers = files.flatMap((file) => {
    const customer = isWell(file) ? file.customer : before.get(file.id)
    return customer ? [customer] : []
  })
  // A file that is gone while a new one is broken is probably being renamed: its callers are answered meanwhile.
  const mayBeRename = files.some((file) => !before.has(file.id) && !isWell(file))
  return mayBeRename ? [...customers, ...gone(before, files, customers)] : customers
}

const gone = (
  before: Customers,
  files: readonly CustomerFile[],
  customers: readonly Customer[],
): readonly Customer[] => {
  const present = new Set(files.map(({ id }) => id))
  const taken = new Set(customers.flatMap(({ numbers }) => numbers))
  return [...before.values()].filter(({ id, numbers }) =>
    !present.has(id) && !numbers.some((number) => taken.has(number))
  )
}

/** Finds whom to refuse: those who list a number that somebody else has too, and did not have it before. */
const clashes = (
  before: Customers,
  files: readonly CustomerFile[],
  customers: readonly Customer[],
): ReadonlyMap<string, Problem> => {
  const refusals = new Map<string, Problem>()
  for (const customer of customers) {
    for (const number of customer.numbers) {
      const owner = customers.find((other) => other !== customer && other.numbers.includes(number))
      if (!owner || before.get(customer.id)?.numbers.includes(number)) continue
      const file = files.find(({ id }) => id === customer.id)
      if (file) refusals.set(customer.id, file.numberProblem(number, takenBy(number, owner)))
    }
  }
  return refusals
}
