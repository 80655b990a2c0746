/** What every route is given: the connection of its request, as the runtime has it. */
import type { Connection } from '../runtime/runtime.ts'

/** The types of the app for hono. */
export type AppTypes = { Bindings: Connection }
