import { useId, type ReactNode } from "react";

/** A field with its label, and what is wrong there beneath it. */
export function Field({
  label,
  wrong,
  children,
}: {
  readonly label: string;
  readonly wrong: string | undefined;
  readonly children: (props: {
    readonly id: string;
    readonly "aria-invalid": boolean;
    readonly "aria-describedby": string | undefined;
  }) => ReactNode;
}) {
  const id = useId();
  const told = `${id}-wrong`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": wrong !== undefined, "aria-describedby": wrong === undefined ? undefined : told })}
      {wrong !== undefined && (
        <p className="field-wrong" id={told}>
          {wrong}
        </p>
      )}
    </div>
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly wrong?: string | undefined;
  readonly rows?: number;
  readonly type?: "text" | "number";
  readonly change: (value: string) => void;
}

export function TextField({ label, value, wrong, rows, type = "text", change }: TextFieldProps) {
  return (
    <Field label={label} wrong={wrong}>
      {(props) =>
        rows === undefined ? (
          <input {...props} type={type} value={value} dir="auto" spellCheck={false} onChange={({ target }) => change(target.value)} />
        ) : (
          <textarea {...props} rows={rows} value={value} dir="auto" onChange={({ target }) => change(target.value)} />
        )
      }
    </Field>
  );
}

export function SelectField({
  label,
  value,
  options,
  wrong,
  none,
  change,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly wrong?: string | undefined;
  /** What is shown where nothing is chosen; then there is a choice of nothing. */
  readonly none?: string;
  readonly change: (value: string) => void;
}) {
  const all = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <Field label={label} wrong={wrong}>
      {(props) => (
        <select {...props} value={value} onChange={({ target }) => change(target.value)}>
          {(none !== undefined || value === "") && <option value="">{none ?? "—"}</option>}
          {all.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Several of a list. */
export function ChecksField({
  label,
  values,
  options,
  wrong,
  change,
}: {
  readonly label: string;
  readonly values: readonly string[];
  readonly options: readonly string[];
  readonly wrong?: string | undefined;
  readonly change: (values: readonly string[]) => void;
}) {
  const all = [...options, ...values.filter((one) => !options.includes(one))];
  return (
    <fieldset className="field checks">
      <legend>{label}</legend>
      {all.length === 0 && <p className="hint">There are none.</p>}
      {all.map((one) => (
        <label key={one} className="check">
          <input
            type="checkbox"
            checked={values.includes(one)}
            onChange={({ target }) => change(target.checked ? [...values, one] : values.filter((other) => other !== one))}
          />
          <bdi>{one}</bdi>
        </label>
      ))}
      {wrong !== undefined && <p className="field-wrong">{wrong}</p>}
    </fieldset>
  );
}
