//! Many to many: rows of a table of links carry the key of the parent and that of the target.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};

use super::belongs_to::{BelongsTo, Filtered};
use super::has_many::Children;
use super::level::{MapInto, Rank, Ranked, Shared};
use super::per_parent::Sorted;
use super::plumbing::fetch::Preload;
use super::relation::{CountStatements, Relation, Statements};
use super::strategy::Strategy;
use super::tuple::Append;
use crate::dsl;
use crate::error::Result;

/// Every parent with the targets that its links point to: `Vec<T>`.
///
/// `Link` says both with Diesel's own derive: `#[diesel(belongs_to(Post))]` and `#[diesel(belongs_to(Tag))]`. Two statements:
/// the links of all parents, then each distinct target once, however many links point to it. No links, no second
/// statement; no parents, none at all.
///
/// [`filter`](ManyToMany::filter) and [`order`](ManyToMany::order) are about the targets, [`links`](ManyToMany::links) is
/// about the links, and [`with_link`](ManyToMany::with_link) gives both. Without an order the targets come in the order of
/// the links, and those in whatever order the database gives.
///
/// * A link that stands twice in the table gives its target twice: one entry for each link row. A UNIQUE index on both
///   keys makes it impossible.
/// * A link that points to no row is an error ([`is_dangling_key`](crate::Error::is_dangling_key)), as for
///   [`belongs_to`](super::belongs_to()). A link whose key is NULL points to nothing and gives no entry; so does one whose
///   target is filtered out.
///
/// ```sql
/// -- PostgreSQL
/// SELECT "post_tags"."post_id", "post_tags"."tag_id", .. FROM "post_tags" WHERE "post_tags"."post_id" = ANY($1)
/// SELECT "tags"."id", "tags"."id", "tags"."name" FROM "tags" WHERE "tags"."id" = ANY($1)
/// -- SQLite
/// SELECT .. FROM `post_tags` WHERE `post_tags`.`post_id` IN (SELECT value FROM json_each(?))
/// SELECT .. FROM `tags` WHERE `tags`.`id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT .. FROM `post_tags`
///  WHERE `post_tags`.`post_id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
/// SELECT .. FROM `tags` WHERE `tags`.`id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, PostTag, Tag}, schema::{post_tags, posts, tags}};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let posts: Vec<(Post, Vec<Tag>)> = posts::table
///     .select(Post::as_select())
///     .preload(many_to_many::<Tag, PostTag>().filter(tags::name.ne("travel")).order(tags::name))
///     .load(conn)?;
/// assert!(posts.iter().all(|(_, tags)| tags.is_sorted_by_key(|tag| &tag.name)));
///
/// let first: Vec<(Post, Vec<(Tag, PostTag)>)> = posts::table
///     .select(Post::as_select())
///     .preload(many_to_many::<Tag, PostTag>().links(|links| links.filter(post_tags::position.eq(0))).with_link())
///     .load(conn)?;
/// assert!(first.iter().all(|(_, tags)| tags.len() <= 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn many_to_many<T: HasTable, Link: HasTable>() -> dsl::ManyToMany<T, Link> {
    ManyToMany {
        links: Children::new(Link::table()),
        targets: BelongsTo::new(T::table(), Ranked { relations: () }),
        sorted: false,
        marker: PhantomData,
    }
}

/// The relation of [`many_to_many`]: a has-many of links, and a belongs-to of each link.
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug)]
pub struct ManyToMany<Links, Targets, Kind = TargetsOnly> {
    pub(super) links: Links,
    pub(super) targets: Targets,
    /// Whether the targets have an order of their own.
    pub(super) sorted: bool,
    marker: PhantomData<fn() -> Kind>,
}

// By hand: a derive would ask it of the kind too.
impl<Links: Clone, Targets: Clone, Kind> Clone for ManyToMany<Links, Targets, Kind> {
    fn clone(&self) -> Self {
        let ManyToMany { links, targets, sorted, marker } = self;
        ManyToMany { links: links.clone(), targets: targets.clone(), sorted: *sorted, marker: *marker }
    }
}
impl<Links: Copy, Targets: Copy, Kind> Copy for ManyToMany<Links, Targets, Kind> {}

/// Each entry is a target.
#[derive(Debug, Clone, Copy)]
pub struct TargetsOnly;

/// Each entry is a target and the link that led to it.
#[derive(Debug, Clone, Copy)]
pub struct WithLink;

/// What an entry of a many-to-many is.
pub trait Entry<Row, Link> {
    /// The entry.
    type Entry;

    /// Makes it.
    fn entry(target: Row, link: Link) -> Self::Entry;
}

impl<Row, Link> Entry<Row, Link> for TargetsOnly {
    type Entry = Row;

    fn entry(target: Row, _: Link) -> Row {
        target
    }
}

impl<Row, Link> Entry<Row, Link> for WithLink {
    type Entry = (Row, Link);

    fn entry(target: Row, link: Link) -> (Row, Link) {
        (target, link)
    }
}

impl<Links, Targets, Kind> ManyToMany<Links, Targets, Kind> {
    /// Changes the relation of the links: a has-many, so it can be filtered, sorted and cut by the columns of the link. The
    /// second statement asks for the targets of the links that are left; none are, and it is not sent.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys
    /// SELECT .. FROM "post_tags" WHERE "post_tags"."position" < $1 AND "post_tags"."post_id" = ANY($2) ORDER BY "post_tags"."position"
    /// SELECT .. FROM "tags" WHERE "tags"."id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, PostTag, Tag}, schema::{post_tags, posts}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let tags = many_to_many::<Tag, PostTag>()
    ///     .links(|links| links.filter(post_tags::position.lt(3)).order(post_tags::position));
    /// let posts: Vec<(Post, Vec<Tag>)> = posts::table.select(Post::as_select()).preload(tags).load(conn)?;
    /// assert!(posts.iter().any(|(_, tags)| !tags.is_empty()) && posts.iter().all(|(_, tags)| tags.len() <= 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn links<Links2>(self, change: impl FnOnce(Links) -> Links2) -> ManyToMany<Links2, Targets, Kind> {
        let ManyToMany { links, targets, sorted, marker } = self;
        ManyToMany { links: change(links), targets, sorted, marker }
    }

    /// Gives every target with the link that led to it: `Vec<(T, Link)>`. The statements are the same.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, PostTag, Tag}, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let posts: Vec<(Post, Vec<(Tag, PostTag)>)> =
    ///     posts::table.select(Post::as_select()).preload(many_to_many::<Tag, PostTag>().with_link()).load(conn)?;
    /// assert!(posts.iter().all(|(post, tags)| tags.iter().all(|(tag, link)| (link.post_id, link.tag_id) == (post.id, tag.id))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_link(self) -> ManyToMany<Links, Targets, WithLink> {
        let ManyToMany { links, targets, sorted, .. } = self;
        ManyToMany { links, targets, sorted, marker: PhantomData }
    }

    /// Does not compile: a link and a target each have an order, and the message says how to cut by the one or the other.
    ///
    /// By columns of the link, `links.order(..).limit_per_parent(n)` in [`links`](ManyToMany::links): a filter of the
    /// targets applies after that cut. By columns of the target,
    /// [`through(join)`](ManyToMany::through)`.order(..).limit_per_parent(n)`.
    pub fn limit_per_parent(self, _n: u32) -> Self
    where
        Self: CutByOneTable,
    {
        self
    }

    /// Does not compile: a many-to-many is counted by its links, `has_many::<PostTag>().count()`, or in a join of yours,
    /// [`through(join)`](ManyToMany::through)`.count()`, as the message says.
    pub fn count(self) -> Self
    where
        Self: CountedByOneTable,
    {
        self
    }

    pub(super) fn links_relation(&self) -> &Links {
        &self.links
    }

    fn targets<Targets2>(self, change: impl FnOnce(Targets) -> Targets2) -> ManyToMany<Links, Targets2, Kind> {
        let ManyToMany { links, targets, sorted, marker } = self;
        ManyToMany { links, targets: change(targets), sorted, marker }
    }
}

/// A many-to-many that says by which of its tables it is cut: none does.
#[diagnostic::on_unimplemented(
    message = "the first targets of a many-to-many: by columns of the links, or of the targets?",
    label = "two tables have an order here",
    note = "by the link: `.links(|links| links.order(post_tags::position).limit_per_parent(3))`",
    note = "by the target: `.through(post_tags::table.inner_join(tags::table)).order(tags::name).limit_per_parent(3)`"
)]
pub trait CutByOneTable {}

/// A many-to-many that says by which of its tables it is counted: none does.
#[diagnostic::on_unimplemented(
    message = "the targets of a many-to-many: how many links, or how many targets?",
    label = "two tables have rows here",
    note = "the links: `has_many::<PostTag>().count()`",
    note = "the targets that a filter keeps: `.through(post_tags::table.inner_join(tags::table)).filter(..).count()`"
)]
pub trait CountedByOneTable {}

impl<Links, T, Q, S, A, Kind> ManyToMany<Links, BelongsTo<T, Q, Ranked<S>, A>, Kind> {
    /// Only the targets for which the predicate holds; parents stay, whether or not a target is left. The links are asked for as
    /// without it, and the second statement has one condition more:
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT .. FROM "tags" WHERE "tags"."name" != $1 AND "tags"."id" = ANY($2)
    /// -- SQLite
    /// SELECT .. FROM `tags` WHERE `tags`.`name` != ? AND `tags`.`id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `tags` WHERE `tags`.`name` != ? AND `tags`.`id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    pub fn filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> ManyToMany<Links, BelongsTo<T, Filter<Q, Predicate>, Ranked<S>, Filtered>, Kind>
    where
        Q: FilterDsl<Predicate>,
    {
        self.targets(|targets| targets.filter(predicate))
    }

    /// The order of the targets of each parent, by columns of the target. Targets that it leaves equal keep the order of
    /// the links. The second statement ends in `ORDER BY "tags"."name"`; [`many_to_many`] has an example.
    pub fn order<E>(self, order: E) -> ManyToMany<Links, BelongsTo<T, Sorted<Q, E>, Ranked<S>, A>, Kind>
    where
        E: Expression,
        Q: OrderDsl<E>,
    {
        ManyToMany { sorted: true, ..self.targets(|targets| targets.with_query(|query| Sorted::new(query, order))) }
    }

    /// Any other change of the query of the targets: [`BelongsTo::query`]. `.links(|links| links.query(..))` changes that of the
    /// links.
    pub fn query<Q2>(
        self,
        change: impl FnOnce(Q) -> Q2,
    ) -> ManyToMany<Links, BelongsTo<T, Q2, Ranked<S>, Filtered>, Kind> {
        self.targets(|targets| targets.query(change))
    }

    /// How the keys of the targets are sent: [`Strategy`]. `.links(|links| links.strategy(..))` says it of the links.
    pub fn strategy(self, strategy: Strategy) -> Self {
        self.targets(|targets| targets.strategy(strategy))
    }

    /// Loads a relation of the targets with them: `Vec<(Tag, Vec<..>)>`. One more statement, with the key of each distinct
    /// target once.
    pub fn preload<R>(self, relation: R) -> ManyToMany<Links, BelongsTo<T, Q, Ranked<S::Output>, A>, Kind>
    where
        S: Append<R>,
    {
        self.ranked(|nested| nested.append(relation))
    }

    /// Loads a relation of the targets with them if `wanted`: [`Preloading::preload_if`](super::Preloading::preload_if).
    pub fn preload_if<R>(
        self,
        wanted: bool,
        relation: R,
    ) -> ManyToMany<Links, BelongsTo<T, Q, Ranked<S::Output>, A>, Kind>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the targets as structs of your own, `V: From<Tag>`: [`Preloading::map_into`](super::Preloading::map_into).
    pub fn map_into<V>(self) -> ManyToMany<Links, BelongsTo<T, Q, Ranked<MapInto<S, V>>, A>, Kind> {
        self.ranked(MapInto::new)
    }

    /// Gives `Arc<T>` in place of `T`: parents that share a target share one value of it, and none is cloned. The statements are
    /// the same; [`BelongsTo::shared`] has an example.
    pub fn shared(self) -> ManyToMany<Links, BelongsTo<T, Q, Ranked<Shared<S>>, A>, Kind> {
        self.ranked(|relations| Shared { relations })
    }

    fn ranked<S2>(self, change: impl FnOnce(S) -> S2) -> ManyToMany<Links, BelongsTo<T, Q, Ranked<S2>, A>, Kind> {
        self.targets(|targets| targets.with_nested(|ranked| Ranked { relations: change(ranked.relations) }))
    }
}

impl<P, Links, Targets, Kind, Link, Row> Relation<P> for ManyToMany<Links, Targets, Kind>
where
    Links: Relation<P, Output = Vec<Link>>,
    Targets: Relation<Link, Output = Option<Rank<Row>>>,
    Kind: Entry<Row, Link>,
{
    type Output = Vec<Kind::Entry>;
}

impl<Links: CountStatements, Targets: CountStatements, Kind> CountStatements for ManyToMany<Links, Targets, Kind> {
    fn statements(&self) -> Statements {
        self.links.statements() + self.targets.statements()
    }
}

impl<'q, P, Conn, Links, Targets, Kind, Link, Row> Preload<'q, P, Conn> for ManyToMany<Links, Targets, Kind>
where
    Links: Preload<'q, P, Conn, Output = Vec<Link>>,
    Targets: Preload<'q, Link, Conn, Output = Option<Rank<Row>>>,
    Kind: Entry<Row, Link>,
{
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
        let links = self.links.fetch(parents, conn)?;
        let flat: Vec<&Link> = links.iter().flatten().collect();
        let targets = self.targets.fetch(&flat, conn)?;
        Ok(entries::<Kind, _, _>(links, targets, self.sorted))
    }
}

/// What each parent gets: its links with the target of each, where that is there.
pub(super) fn entries<Kind: Entry<Row, Link>, Row, Link>(
    links: Vec<Vec<Link>>,
    targets: Vec<Option<Rank<Row>>>,
    sorted: bool,
) -> Vec<Vec<Kind::Entry>> {
    let mut targets = targets.into_iter();
    let of_parent = |links: Vec<Link>| {
        let mut found: Vec<(Rank<Row>, Link)> = Vec::with_capacity(links.len());
        for (link, target) in links.into_iter().zip(&mut targets) {
            found.extend(target.map(|target| (target, link)));
        }
        if sorted {
            found.sort_by_key(|(target, _)| target.rank);
        }
        found.into_iter().map(|(target, link)| Kind::entry(target.row, link)).collect()
    };
    links.into_iter().map(of_parent).collect()
}
