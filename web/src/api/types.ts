// The words of the API, as docs/openapi.json has them. Instants are milliseconds UTC, durations seconds,
// distances metres, days `YYYY-MM-DD`.

export type Id = string;
export type Ms = number;

export interface Point {
  lat: number;
  lon: number;
}

export interface TimeWindow {
  from: Ms;
  until: Ms;
}

export type Role =
  | "owner"
  | "manager"
  | "dispatcher"
  | "technician"
  | "contractor"
  | "accountant"
  | "requester";

export type JobStatus =
  | "open"
  | "scheduled"
  | "in_progress"
  | "ready"
  | "completed"
  | "closed"
  | "on_hold"
  | "cancelled";

export type VisitStatus =
  | "planned"
  | "published"
  | "accepted"
  | "en_route"
  | "on_site"
  | "finished"
  | "declined"
  | "cancelled";

export type Outcome = "completed" | "partial" | "failed" | "no_show";
export type DutyStatus = "off" | "on" | "sick";
export type ProposalStatus = "offered" | "applied" | "discarded" | "outdated";

export interface UserView {
  id: Id;
  name: string;
  email: string;
  role: Role;
  technician: Id | null;
  active: boolean;
  version: number;
}

export interface OrganizationView {
  id: Id;
  name: string;
  slug: string;
  time_zone: string;
  settings: {
    /** What an hour on the road and a kilometre cost, in the smallest unit of the currency; 0: nobody has said. */
    hour_price: number;
    km_price: number;
    currency: string;
  };
  version: number;
}

/** Who is logged in, and what the clock says. */
export interface Me {
  user: UserView;
  organization: OrganizationView;
  now: Ms;
  speed: number;
}

/** A technician's route of a day with its jobs. The live topic says who it is, too. */
export interface DayView {
  technician?: TechnicianView;
  route: RouteView | null;
  jobs: JobView[];
}

export interface TerritoryView {
  id: Id;
  name: string;
  version: number;
}

export interface CustomerView {
  id: Id;
  name: string;
  phone: string;
  email: string;
  notes: string;
  version: number;
}

export interface LocationView {
  id: Id;
  customer: Id;
  address: string;
  at: Point;
  notes: string;
  version: number;
}

export interface ServiceTypeView {
  id: Id;
  name: string;
  duration_s: number;
  skills: string[];
  load: Record<string, number>;
  priority: number;
  needs_approval: boolean;
  active: boolean;
  version: number;
}

export interface VisitView {
  id: Id;
  status: VisitStatus;
  route: Id;
  technician: Id;
  truck: Id | null;
  planned: TimeWindow;
  published_at: Ms | null;
  accepted_at: Ms | null;
  departed_at: Ms | null;
  arrived_at: Ms | null;
  /** Left the place without a word that the work is done. */
  left_at: Ms | null;
  finished_at: Ms | null;
  outcome: Outcome | null;
}

export interface JobView {
  id: Id;
  number: number;
  label: string;
  territory: Id;
  customer: { id: Id; name: string; phone: string };
  location: { id: Id; address: string; at: Point; notes: string };
  service_type: { id: Id; name: string };
  title: string;
  description: string;
  remark: string;
  status: JobStatus;
  priority: number;
  duration_s: number;
  skills: string[];
  load: Record<string, number>;
  needs_approval: boolean;
  wanted: TimeWindow | null;
  promised: TimeWindow | null;
  /** Only this technician may do it. */
  technician: Id | null;
  created_at: Ms;
  ended_at: Ms | null;
  visits: VisitView[];
  version: number;
}

export interface StopView {
  visit: Id;
  job: Id;
  planned: TimeWindow;
  start_at: Ms;
  travel_s: number;
  travel_m: number;
  locked: boolean;
  published: boolean;
}

export interface RouteView {
  id: Id;
  territory: Id;
  technician: Id;
  truck: Id | null;
  day: string;
  stops: StopView[];
  planned: TimeWindow | null;
  travel_s: number;
  travel_m: number;
  version: number;
}

export interface Position extends Point {
  heading_deg: number | null;
  speed_kmh: number | null;
  accuracy_m: number | null;
  at: Ms;
}

export interface TechnicianView {
  id: Id;
  territory: Id;
  name: string;
  phone: string;
  skills: string[];
  shifts: { weekday: number; from_minute: number; until_minute: number }[];
  breaks: { from_minute: number; until_minute: number; duration_s: number }[];
  start: Point;
  end: Point | null;
  truck: Id | null;
  active: boolean;
  duty: { status: DutyStatus; since: Ms; silent_since: Ms | null };
  position: Position | null;
  version: number;
}

export interface TruckView {
  id: Id;
  territory: Id;
  name: string;
  plate: string;
  capacity: Record<string, number>;
  equipment: string[];
  active: boolean;
  cargo: Record<string, number>;
  version: number;
}

/** What one job takes of its technician's day. */
export interface ShareView {
  detour_s: number;
  lateness_s: number;
}

export interface MoveView {
  job: Id;
  from: Id | null;
  to: Id | null;
  arrival_before: Ms | null;
  arrival_after: Ms | null;
  moves_promise: boolean;
  before: ShareView | null;
  after: ShareView | null;
}

export interface RouteFiguresView {
  jobs: number;
  travel_s: number;
  travel_m: number;
  lateness_s: number;
  cost: number | null;
  end_at: Ms | null;
}

export interface RouteDifferenceView {
  technician: Id;
  before: RouteFiguresView;
  after: RouteFiguresView;
}

export interface ProposalView {
  id: Id;
  territory: Id;
  day: string;
  status: ProposalStatus;
  made_at: Ms;
  routes: RouteView[];
  difference: {
    travel_s: number;
    travel_m: number;
    lateness_s: number;
    moved_promises: number;
    placed_jobs: number;
    /** In the smallest unit of the organization's currency; null without prices. */
    cost: number | null;
    routes: RouteDifferenceView[];
    moves: MoveView[];
  };
  version: number;
}

export interface PlanView {
  territory: Id;
  day: string;
  time_zone: string;
  seq: number;
  routes: RouteView[];
  jobs: JobView[];
  technicians: TechnicianView[];
  trucks: TruckView[];
  proposals: ProposalView[];
}

export interface PlacementOption {
  technician: Id;
  feasible: boolean;
  position: number | null;
  arrival_at: Ms | null;
  added_travel_s: number | null;
  added_travel_m: number | null;
  lateness_s: number;
  rule: string | null;
  reason: string | null;
}

/** Why a job is where it is, or nowhere. */
export interface Explanation {
  day: string;
  technician: Id | null;
  fixed: "begun" | "locked" | "required_technician" | null;
  alternative: Alternative | null;
  place: ExplainedPlace | null;
  reasons: ReasonCount[];
  cures: Cure[];
}

/** The best day that was found with the job's technician forbidden to do it. */
export interface Alternative {
  technician: Id | null;
  arrival_at: Ms | null;
  travel_s: number;
  travel_m: number;
  waiting_s: number;
  lateness_s: number;
  cost: number | null;
  moves: MovedJob[];
  nearest: RuleReason | null;
}

export interface MovedJob {
  job: Id;
  from: Id | null;
  to: Id | null;
}

export interface ExplainedPlace {
  technician: Id;
  arrival_at: Ms;
  moves: MovedJob[];
}

export interface RuleReason {
  technician: Id;
  rule: string;
  sentence: string;
  by?: number;
}

export interface ReasonCount {
  technicians: number;
  nearest: RuleReason;
}

/** A change with which the job would have its place. */
export interface Cure {
  change: string;
  by: number | null;
  /** To follow "it would fit if". */
  sentence: string;
  technician: Id;
  arrival_at: Ms;
  added_travel_s: number;
  job: Id | null;
}

export interface PlacementReason {
  technician: Id;
  name: string;
  rule: string;
  sentence: string;
}

export interface Placement {
  placed: boolean;
  technician?: Id | null;
  arrival_at?: Ms | null;
  reasons?: PlacementReason[];
}

export interface NewJob {
  territory: Id;
  customer?: Id;
  new_customer?: { name: string; phone: string; email: string };
  location?: Id;
  new_location?: { address: string; lat: number; lon: number; notes: string };
  service_type: Id;
  title: string;
  description: string;
  wanted?: TimeWindow;
  priority?: number;
  duration_s?: number;
  technician?: Id;
}

/** What a column of a file tells of a job. */
export type JobField =
  | "customer"
  | "phone"
  | "email"
  | "address"
  | "housenumber"
  | "postcode"
  | "city"
  | "lat"
  | "lon"
  | "service_type"
  | "title"
  | "description"
  | "notes"
  | "day"
  | "from"
  | "until"
  | "priority"
  | "duration"
  | "skills";

export type DateOrder = "day_first" | "month_first";

/** What is wrong or doubtful about a row; without a column it is the whole row. */
export interface Finding {
  column?: number;
  code: string;
  sentence: string;
}

export type Sureness = "sure" | "unsure" | "not_found";

export interface FileRow {
  /** As a spreadsheet counts. */
  row: number;
  state: "ready" | "doubtful" | "wrong";
  cells: string[];
  wish?: NewJob;
  sureness?: Sureness;
  place?: Point & { label: string; doubt?: string; rival?: string };
  /** The first row with the same new customer, and with the same new location of one. */
  customer_of?: number;
  location_of?: number;
  errors?: Finding[];
  doubts?: Finding[];
}

/** What a CSV file of jobs would become. */
export interface JobFile {
  fingerprint: string;
  encoding: string;
  separator: string;
  columns: { heading: string; field: JobField | null }[];
  dates: DateOrder;
  open_dates: number;
  counts: { rows: number; ready: number; doubtful: number; wrong: number };
  rows: FileRow[];
}

export interface SeenRoute {
  route: Id;
  version: number;
}

export interface TrackingLinkView {
  id: Id;
  url: string;
  token: string;
  expires_at: Ms;
}

export type TrackingState =
  | "booked"
  | "confirmed"
  | "on_the_way"
  | "arrived"
  | "done"
  | "could_not_complete"
  | "cancelled";

export interface TrackingView {
  organization: string;
  job_label: string;
  title: string;
  state: TrackingState;
  promised: TimeWindow | null;
  planned: TimeWindow | null;
  eta: TimeWindow | null;
  stops_before: number | null;
  technician_first_name: string | null;
  truck: string | null;
  destination: Point;
  position: { lat: number; lon: number; heading_deg: number | null; at: Ms } | null;
  /** What has happened, oldest first. */
  steps: { name: TrackingState; at: Ms }[];
  time_zone: string;
  now: Ms;
  speed: number;
}

export interface MapView {
  bounds: [west: number, south: number, east: number, north: number];
  centre: Point;
  min_zoom: number;
  max_zoom: number;
  attribution: string;
  has_tiles: boolean;
}

/** What the address search finds. */
export interface PlaceView extends Point {
  /** As people write it. */
  name: string;
  kind: "address" | "street" | "place" | "postcode";
  postcode: string | null;
  /** `near`: less than was asked for; `fuzzy`: a similar name, or a part of it. */
  confidence: "exact" | "near" | "fuzzy";
  /** From the point that was asked for. */
  distance_m: number | null;
}

/** Where a change of the streets holds; the fields depend on the kind. */
export interface ExtentView {
  kind: "area" | "street" | "way";
  corners?: Point[];
  at?: Point;
  way?: number;
  heading?: "both" | "along" | "against";
}

/** What a change of the streets does; the fields depend on the kind. */
export interface EffectView {
  kind: "closed" | "factor" | "limit";
  /** What is left of the speed. */
  factor?: number;
  kmh?: number;
}

export interface StreetsConcerned {
  pieces: number;
  length_m: number;
  names: string[];
  /** `[lon, lat]`. */
  lines: [number, number][][];
}

export interface NewStreetChange {
  extent: ExtentView;
  effect: EffectView;
  until: Ms | null;
  reason: string;
}

/** A street that is closed or slower for a while. */
export interface StreetChangeView {
  id: Id;
  extent: ExtentView;
  effect: EffectView;
  from: Ms | null;
  until: Ms | null;
  reason: string;
  made_by: Id | null;
  made_by_name: string | null;
  made_at: Ms;
  lifted_at: Ms | null;
  version: number;
  streets: StreetsConcerned;
}

/** An event of the journal. */
export interface FactView {
  seq: number;
  kind: string;
  id: Id;
  version: number;
  event: { noun: string; event?: { kind?: string; [field: string]: unknown } };
  who: { kind: "user" | "customer" | "system"; role?: Role; technician?: Id | null; part?: string };
  meant_at: Ms;
  recorded_at: Ms;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  field?: string;
  facts?: unknown;
  request_id?: string;
}
