//! The view of the list of members.

use crate::session::CurrentMember;
use crate::ui::flash::Flash;
use crate::ui::forms::field;
use crate::ui::layout::table_frame;
use crate::ui::words::{browser, date, moment, number};
use app::{InvitationInfo, MemberInfo, MemberState, NewLink, Role};
use maud::{Markup, html};

/// The page: all details for admins and owners, only names for others.
pub fn page(signed: &CurrentMember, listed: &Listed, shown: &Shown) -> Markup {
    html! {
        h1 { "Members" }
        @if let Some(flash) = &shown.flash { (flash.notice("/members")) }
        @if let Some(link) = &shown.link { (new_link(link)) }
        @match &listed.invitations {
            None => {
                p.muted { "Members of " (signed.workspace_name) ". Admins invite and manage members." }
                (names(&listed.members))
            }
            Some(invitations) => {
                (everybody(signed, &listed.members))
                div.columns-2 {
                    div.stack {
                        (invitation_form(signed, shown))
                        @if !invitations.is_empty() { (pending(invitations)) }
                    }
                    (roles())
                }
                (places(signed, &listed.members))
            }
        }
    }
}

/// A new link, shown only once.
fn new_link(made: &MadeLink) -> Markup {
    let join = made.label == "Invitation link";
    html! {
        section.card.stack aria-labelledby="new-link-title" {
            h2 id="new-link-title" { @if join { "Invited: " } @else { "New password for " } (made.link.email) }
            div.field {
                label for="new-link" { (made.label) }
                div.link-made {
                    input id="new-link" type="text" readonly value=(made.url) aria-describedby="new-link-about" autofocus;
                    button type="button" data-copies="new-link" data-with-script { "Copy" }
                }
                p.hint id="new-link-about" {
                    "Copy the link and send it. It works once, until " (moment(made.link.expires_at))
                    ". It won't be shown again."
                }
            }
        }
    }
}

fn names(members: &[MemberInfo]) -> Markup {
    let table = html! {
        table.table {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Email" } th scope="col" { "Role" } } }
            tbody { @for member in members {
                tr { th scope="row" { (member.name) } td { (member.email) } td { (role_name(member.role)) } }
            } }
        }
    };
    table_frame("Members", false, table)
}

fn everybody(signed: &CurrentMember, members: &[MemberInfo]) -> Markup {
    let table = html! {
        table.table.members-table {
            thead { tr {
                th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "State" }
                th.number scope="col" { "Contacts" } th scope="col" { "Last seen" } th scope="col" { "Actions" }
            } }
            tbody { @for member in members { (row(signed, member)) } }
        }
    };
    table_frame("Members", false, table)
}

fn row(signed: &CurrentMember, member: &MemberInfo) -> Markup {
    let me = member.member == signed.actor.member();
    let mine = member.role < Role::Owner || signed.role == Role::Owner;
    let address = format!("/members/{}", member.member.0);
    let more = member.more.as_ref();
    html! {
        tr {
            th scope="row" {
                (member.name) @if me { " " span.muted { "(you)" } }
                div.small.muted { (member.email) }
                @if more.is_some_and(|more| more.second_factor) { div.small { "✓ Second factor" } }
            }
            td data-is="Role" {
                @if mine { (role_form(signed, member, &address)) } @else { (role_name(member.role)) }
            }
            td data-is="State" { (state(member.state)) }
            td.number data-is="Contacts" { (number(more.map_or(0, |more| more.contacts))) }
            td data-is="Last seen" {
                @match more.and_then(|more| more.seen_at) { Some(at) => (moment(at)), None => span.muted { "Never" } }
            }
            td { @if mine { (actions(signed, member, me, &address)) } }
        }
    }
}

fn role_form(signed: &CurrentMember, member: &MemberInfo, address: &str) -> Markup {
    html! {
        form.inline-field method="post" action={(address) "/role"} {
            select name="role" aria-label={"What " (member.name) " may do"} {
                @for role in offered(signed) {
                    option value=(role.as_str()) selected[role == member.role] { (role_name(role)) }
                }
            }
            button.button-small aria-label={"Change what " (member.name) " may do"} { "Change" }
        }
    }
}

fn actions(signed: &CurrentMember, member: &MemberInfo, me: bool, address: &str) -> Markup {
    let name = &member.name;
    let may_reset = me || member.role < Role::Admin || signed.role == Role::Owner;
    html! {
        div.actions {
            @match member.state {
                MemberState::Active => {
                    @if may_reset && !member.email.is_empty() {
                        form method="post" action={(address) "/reset-link"} {
                            button.button-small aria-label={"New password for " (name)} { "New password" }
                        }
                    }
                    @if may_reset && !me && member.more.as_ref().is_some_and(|more| more.second_factor) {
                        form method="post" action={(address) "/second-factor/reset"} {
                            button.button-small aria-label={"Reset the second factor of " (name)} { "Reset second factor" }
                        }
                    }
                    @if !me {
                        form method="post" action={(address) "/deactivate"} {
                            button.button-small aria-label={"Deactivate " (name)} { "Deactivate" }
                        }
                    }
                }
                _ => {
                    form method="post" action={(address) "/activate"} {
                        button.button-small aria-label={"Activate " (name)} { "Activate" }
                    }
                }
            }
            @if !me {
                a.button.button-small.button-danger href={(address) "/remove"} aria-label={"Remove " (name)} { "Remove" }
            }
        }
    }
}

fn invitation_form(signed: &CurrentMember, shown: &Shown) -> Markup {
    let (email, wrong) = match &shown.wrong {
        Some((email, wrong)) => (email.as_str(), Some(*wrong)),
        None => ("", None),
    };
    html! {
        section.card aria-labelledby="invite" {
            h2 id="invite" { "Invite a member" }
            form.stack method="post" action="/members/invite" {
                (field("email", "Email", Some("Used to sign in."), wrong, |about| html! {
                    input id="email" name="email" type="email" value=(email) autocomplete="off" required
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[about];
                }))
                (field("role", "Role", None, None, |_| html! {
                    select id="role" name="role" {
                        @for role in offered(signed) {
                            option value=(role.as_str()) selected[role == Role::Member] { (role_name(role)) }
                        }
                    }
                }))
                div.actions { button.button-primary { "Invite" } }
            }
        }
    }
}

fn pending(invitations: &[InvitationInfo]) -> Markup {
    let table = html! {
        table.table.members-table {
            thead { tr {
                th scope="col" { "For" } th scope="col" { "As" } th scope="col" { "By" } th scope="col" { "Until" }
                th scope="col" { "Actions" }
            } }
            tbody { @for one in invitations {
                tr {
                    th scope="row" { (one.email) }
                    td data-is="As" { (role_name(one.role)) }
                    td data-is="By" { (one.by) }
                    td data-is="Until" { (moment(one.expires_at)) }
                    td {
                        form method="post" action="/members/invitations/revoke" {
                            button.button-small name="email" value=(one.email) aria-label={"Revoke what was sent to " (one.email)} { "Revoke" }
                        }
                    }
                }
            } }
        }
    };
    html! {
        section.stack aria-labelledby="pending" {
            h2 id="pending" { "Pending" }
            (table_frame("Pending invitations", false, table))
        }
    }
}

fn roles() -> Markup {
    html! {
        div.card {
            h2 { "What roles allow" }
            dl.facts {
                dt { "Member" } dd { "Manages and shares their own contacts." }
                dt { "Admin" } dd { "Also manages members, fields and settings, and sees the audit log." }
                dt { "Owner" } dd { "Also adds and removes owners. There is always at least one." }
            }
            p.small.muted { "No role can see contacts that haven't been shared with them." }
        }
    }
}

/// The active sign-ins of all members.
fn places(signed: &CurrentMember, members: &[MemberInfo]) -> Markup {
    let all = members.iter().flat_map(|member| {
        member
            .more
            .iter()
            .flat_map(move |more| more.sign_ins.iter().map(move |one| (member, one)))
    });
    let table = html! {
        table.table.members-table {
            thead { tr {
                th scope="col" { "Who" } th scope="col" { "Browser" } th scope="col" { "Since" }
                th scope="col" { "Last seen" } th scope="col" { "Actions" }
            } }
            tbody { @for (member, one) in all {
                tr {
                    th scope="row" { (member.name) }
                    td data-is="Browser" title=(one.agent) { (browser(&one.agent)) }
                    td data-is="Since" { (date(one.created_at)) }
                    td data-is="Last seen" { (moment(one.seen_at)) }
                    td {
                        @if one.session == signed.session { span.muted { "✓ This browser" } }
                        @else if member.role < Role::Owner || signed.role == Role::Owner {
                            form method="post" action={"/members/" (member.member.0) "/sign-ins/end"} {
                                button.button-small name="session" value=(one.session)
                                    aria-label={"End the session of " (member.name) " in " (browser(&one.agent))} { "End" }
                            }
                        }
                    }
                }
            } }
        }
    };
    html! {
        section.stack aria-labelledby="places" {
            h2 id="places" { "Active sessions" }
            (table_frame("Sign-ins", false, table))
        }
    }
}

/// The roles that the member may assign.
fn offered(signed: &CurrentMember) -> impl Iterator<Item = Role> {
    let most = signed.role;
    Role::ALL.into_iter().filter(move |role| *role <= most)
}

/// A role in words.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

fn state(state: MemberState) -> Markup {
    match state {
        MemberState::Active => html! { span.badge.badge-good { "✓ Active" } },
        MemberState::Deactivated => html! { span.badge.badge-warn { "Deactivated" } },
        MemberState::Removed => html! { span.badge { "Removed" } },
    }
}

/// What the page shows besides the list.
#[derive(Default)]
pub struct Shown {
    /// The flash message.
    pub flash: Option<Flash>,
    /// A new link, shown only once.
    pub link: Option<MadeLink>,
    /// An email that could not be invited, and the reason.
    pub wrong: Option<(String, &'static str)>,
}

/// A link with its full URL.
pub struct MadeLink {
    pub label: &'static str,
    pub url: String,
    pub link: NewLink,
}

/// The data of the list.
pub struct Listed {
    pub members: Vec<MemberInfo>,
    /// `None` for a member who may not see invitations.
    pub invitations: Option<Vec<InvitationInfo>>,
}
