/** `tandem schema`: prints the JSON Schema that editors use for the YAML files. */
import { renderJsonSchema } from '../config/schema/json-schema.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext, ExitCode } from './command.ts'

/** Prints the schema, or writes it to a file. */
export const schema = async (
  context: CommandContext,
  options: Readonly<{ write?: string }>,
): Promise<ExitCode> => {
  if (options.write === undefined) context.out(renderJsonSchema().trimEnd())
  else await files.write(options.write, renderJsonSchema())
  return 0
}
