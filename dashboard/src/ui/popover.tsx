import { useId, useRef, useState, type ReactNode, type ToggleEvent } from 'react';
import { Button } from './button.tsx';
import styles from './popover.module.css';

type PopoverProps = {
  /** What the button that opens it shows. */
  button: ReactNode;
  label?: string;
  quiet?: boolean;
  /** Gets a function that closes the popover. */
  children: (close: () => void) => ReactNode;
};

/** A native popover below its button: light dismiss, Esc and focus come from the browser. */
export function Popover({ button, label, quiet, children }: PopoverProps) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const place = () => {
    if (anchor.current && panel.current) placeBelow(anchor.current, panel.current);
  };
  return (
    <>
      <span ref={anchor}>
        <Button popoverTarget={id} quiet={quiet ?? false} {...(label === undefined ? {} : { label })}>
          {button}
        </Button>
      </span>
      <div
        id={id}
        ref={panel}
        popover="auto"
        className={styles.popover}
        onBeforeToggle={(event: ToggleEvent) => {
          if (event.newState === 'open') setIsOpen(true);
        }}
        onToggle={(event: ToggleEvent) => {
          setIsOpen(event.newState === 'open');
          place();
        }}
      >
        {isOpen && children(() => document.getElementById(id)?.hidePopover())}
      </div>
    </>
  );
}

const MARGIN_PX = 8;

function placeBelow(anchor: HTMLElement, panel: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const right = Math.max(MARGIN_PX, Math.min(at.left, window.innerWidth - panel.offsetWidth - MARGIN_PX));
  panel.style.left = `${right}px`;
  panel.style.top = `${at.bottom + 4}px`;
}
