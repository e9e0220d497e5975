/** Small schema pieces shared by every contract file. */
import { Type, type TSchema } from 'typebox';

/** RFC 3339 in UTC with nine fractional digits, as the engine stamps it: `2026-11-22T10:41:07.123456789Z`. */
export const Stamp = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$' });

export const Labels = Type.Record(Type.String(), Type.String());

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
