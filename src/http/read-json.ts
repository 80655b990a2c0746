/** The body of a request as what it must be, or what is wrong with it, in words for whoever wrote the program. */
import type { HonoRequest } from 'hono'
import { z } from 'zod'

/** Why a body is not taken. */
export type BodyProblem = Readonly<{ title: string; code: 'bad-body'; status: 400 }>

/** Reads a JSON body. Never throws for what a peer sends. */
export const readJson = async <T>(
  request: HonoRequest,
  schema: z.ZodType<T>,
): Promise<Readonly<{ value: T }> | BodyProblem> => {
  let body: unknown
  try {
    body = await request.json()
  } catch {
    return problem('the body is not JSON')
  }
  const parsed = schema.safeParse(body)
  if (parsed.success) return { value: parsed.data }
  const [issue] = parsed.error.issues
  return problem([...issue.path.map(String), issue.message].join(': '))
}

const problem = (title: string): BodyProblem => ({ title, code: 'bad-body', status: 400 })
