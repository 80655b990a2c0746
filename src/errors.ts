/**
 * Errors sorted by who must act. Each carries a stable `code`; whatever is thrown without one is a bug, which ends the one
 * call it happened in and never the process.
 */
import type { Problem } from './config/problem.ts'

/** The operator must edit a file: everything that is wrong with the configuration, each with its file, line and column. */
export class ConfigError extends Error {
  readonly code = 'config'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map((it) => `${it.file}:${it.line}:${it.column} ${it.message}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** What keeps the program from beginning: stable, for whoever starts it by a script. */
export type StartErrorCode = 'cannot-listen' | 'cannot-keep-secrets'

/** The program cannot begin: the operator changes the environment, or the machine. `message` says what to do. */
export class StartError extends Error {
  readonly code: StartErrorCode

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
    this.code = code
  }
}

/** How an upstream refused, as far as it is known. */
export type UpstreamFacts = Readonly<{
  /** The HTTP status; absent when there was no answer. */
  status?: number | undefined
  /** What the upstream's support asks for. */
  requestId?: string | undefined
  /** Whether the same may work in a while. */
  retryable?: boolean
  cause?: unknown
}>

/** A service we depend on refused or did not answer: we act, by trying again or by doing without. */
export class UpstreamError extends Error {
  readonly code: string
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly retryable: boolean

  constructor(code: string, message: string, facts: UpstreamFacts = {}) {
    super(message, { cause: facts.cause })
    this.name = 'UpstreamError'
    this.code = code
    this.status = facts.status
    this.requestId = facts.requestId
    this.retryable = facts.retryable ?? false
  }
}

/** A tool could not do what it was asked. The model is told `message` and goes on; it must say nothing that a caller may not hear. */
export class ToolError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ToolError'
    this.code = code
  }
}

/** What kept the store from its work: stable, for alerts and for telling one kind from another. */
export type StoreErrorCode =
  | 'store-cannot-open'
  | 'store-read-only'
  | 'store-full'
  | 'store-unreachable'
  | 'store-not-migrated'
  | 'store-pooled'
  | 'store-busy'
  | 'store-corrupt'
  | 'store-refused'
  | 'store-failed'

/** The store cannot write or read. The calls go on; the operator looks after the disk or the server. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** What kept a request of ours from an answer: stable, for alerts and for telling what may be tried again. */
export type RequestErrorCode =
  | 'address-refused'
  | 'host-unknown'
  | 'not-connected'
  | 'connection-lost'
  | 'redirected'
  | 'encoded'
  | 'not-http'

/** A request to an address that an operator named got no answer that can be used. `message` holds no secret and no body. */
export class RequestError extends Error {
  readonly code: RequestErrorCode

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RequestError'
    this.code = code
  }
}

/** What was thrown, in its own words. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
