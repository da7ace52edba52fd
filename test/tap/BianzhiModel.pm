# A brute-force model of the limit: every row it was given, and, for each account, one number a level and day.
#
# It knows nothing of timelines, chunks, queues or snapshots. Days are slots: slot 0 is all days before the calendar,
# slot k its k-th day, the last slot that day and all after it. A range ends before its slot "to"; "to" = slots is
# no end. Rows are never changed in place: a change replaces a row, and the journal of changes is what savepoints
# roll back and what a statement's or a transaction's net change is read from.
package BianzhiModel;

use strict;
use warnings;

# new(days => N, today => SLOT, categories => {...}, units => {...})
sub new
{
	my ($class, %given) = @_;
	my $self = bless {
		slots => $given{days} + 2,
		today => $given{today},
		category => $given{categories},
		unit => $given{units},
		exempt => {},
		rows => { map { $_ => {} } qw(occ app quota res child staff parent sec static) },
		of_person => {},
		journal => [],
		level => {},
		path => {},
	}, $class;
	return $self;
}

# what each table holds, and whether its rows name persons who take a seat
my %holds = (occ => { establishment => 1 }, app => { post => 1, grade => 1 }, sec => { body => 1 });
my %measure = (occ => 'f', app => 'f', child => 'f', staff => 'f', sec => 'f', static => 'f', res => 'r');
my %seats_persons = (occ => 1, child => 1, staff => 1);

sub rows { return $_[0]{rows}{ $_[1] } }

# the categories in which a row of this one counts
sub path
{
	my ($self, $code) = @_;
	return $self->{path}{$code} //= do
	{
		my @path;
		for (my $c = $code; defined $c; $c = $self->{category}{$c}{parent})
		{
			push @path, $c;
		}
		\@path;
	};
}

sub stands
{
	my ($row) = @_;
	return defined $row->{unit} && defined $row->{cat} && defined $row->{from} && $row->{from} < $row->{to};
}

sub is_seat
{
	my ($self, $table, $row) = @_;
	return
	     $seats_persons{$table}
	  && defined $row->{person}
	  && $row->{counted}
	  && stands($row)
	  && $self->{category}{ $row->{cat} }{measure} eq 'establishment';
}

# Call CODE(account, level, amount) for each level that a row changes.
sub contributions
{
	my ($self, $table, $row, $code) = @_;
	return if $table eq 'parent' || !stands($row);
	if ($table eq 'quota')
	{
		my $account = "$row->{unit}|$row->{cat}";
		$code->($account, 'a', $row->{amount});
		$code->($account, 'l', 1);
		$code->($account, 'c', 1) if $row->{closed};
		return;
	}
	return unless $row->{counted};
	my $seats = $table eq 'res' ? $row->{seats} // 1 : 1;
	return if $seats == 0;
	$code->("$row->{unit}|$row->{cat}", 'd', $seats);
	for my $category (@{ $self->path($row->{cat}) })
	{
		$code->("$row->{unit}|$category", $measure{$table}, $seats);
		$code->("$row->{section}|$category", $measure{$table}, $seats) if defined $row->{section};
	}
	return;
}

sub add_to
{
	my ($self, $levels, $table, $row, $sign) = @_;
	$self->contributions(
		$table, $row,
		sub {
			my ($account, $level, $amount) = @_;
			my $days = $levels->{$account}{$level} //= [ (0) x $self->{slots} ];
			$days->[$_] += $sign * $amount for $row->{from} .. $row->{to} - 1;
		});
	return;
}

# Replace row ID of TABLE, OLD or NEW undef where there was or will be none.
sub change
{
	my ($self, $table, $id, $old, $new) = @_;
	if ($old)
	{
		$self->add_to($self->{level}, $table, $old, -1);
		delete $self->{of_person}{ $old->{person} }{"$table $id"} if defined $old->{person};
		delete $self->{rows}{$table}{$id};
	}
	if ($new)
	{
		$self->add_to($self->{level}, $table, $new, 1);
		$self->{of_person}{ $new->{person} }{"$table $id"} = $new if defined $new->{person};
		$self->{rows}{$table}{$id} = $new;
	}
	return;
}

sub apply
{
	my ($self, $changes) = @_;
	for my $change (@$changes)
	{
		my ($table, $id, $new) = @$change;
		my $old = $self->{rows}{$table}{$id};
		$self->change($table, $id, $old, $new);
		push @{ $self->{journal} }, [ $table, $id, $old, $new ];
	}
	return;
}

sub mark { return scalar @{ $_[0]{journal} } }

sub rollback
{
	my ($self, $mark) = @_;
	while (@{ $self->{journal} } > $mark)
	{
		my ($table, $id, $old, $new) = @{ pop @{ $self->{journal} } };
		$self->change($table, $id, $new, $old);
	}
	return;
}

sub commit { $_[0]{journal} = []; return }

# After a change of the tree of categories everything counts anew.
sub rebuild
{
	my ($self) = @_;
	$self->{path} = {};
	$self->{level} = {};
	for my $table (keys %{ $self->{rows} })
	{
		$self->add_to($self->{level}, $table, $_, 1) for values %{ $self->{rows}{$table} };
	}
	return;
}

# Does a row belong where it says? Returns the errors that it raises whatever the limits.
sub misplaced
{
	my ($self, $table, $row) = @_;
	my @errors;
	return () if $table eq 'parent' || !stands($row);
	# a row of an application whose condition is not true is none of our business
	return () if $table eq 'staff' && !$row->{counted};
	if ($table eq 'occ' || $table eq 'app')
	{
		push @errors, '23503|uncounted_needs_document' if !$row->{counted} && !$self->{exempt}{"$row->{unit} $row->{person}"};
		push @errors, '23503|appointment_person_id_fkey' if $table eq 'app' && $row->{person} > $self->{persons};
	}
	push @errors, '23503|establishment_account' if $self->nowhere($table, $row);
	return @errors;
}

sub nowhere
{
	my ($self, $table, $row) = @_;
	my $unit = $self->{unit}{ $row->{unit} };
	my $category = $self->{category}{ $row->{cat} };
	return 1 if !$unit || !$category;
	return 0 if $table eq 'quota';
	return 1 if $holds{$table} && !$holds{$table}{ $category->{measure} };
	return 1 if $unit->{section} && $category->{measure} ne 'body';
	return 1 if $row->{from} < $unit->{from} || $row->{to} > $unit->{to};
	if (defined $row->{section})
	{
		my $section = $self->{unit}{ $row->{section} };
		return 1 if !$section || !$section->{section} || $section->{parent} != $row->{unit};
		return 1 if $row->{from} < $section->{from} || $row->{to} > $section->{to};
	}
	return $seats_persons{$table} && defined $row->{person} && $row->{person} > $self->{persons};
}

my @none = (0) x 1000;

# What may not stand of all that was changed since MARK: returns the verdicts that are right, and the leads to be left;
# those with a question mark may be left.
sub judge
{
	my ($self, $mark) = @_;
	my (%delta, %was_row, %leads);
	for my $entry (@{ $self->{journal} }[ $mark .. $#{ $self->{journal} } ])
	{
		my ($table, $id, $old, $new) = @$entry;
		$self->add_to(\%delta, $table, $old, -1) if $old;
		$self->add_to(\%delta, $table, $new, 1) if $new;
		$was_row{"$table $id"} = [ $table, $old ] unless exists $was_row{"$table $id"};
	}
	return ({ '23P01|one_seat' => 1 }, {}) if $self->crowded(\%was_row, \%leads);

	my (%bare, %over);
	for my $account (keys %delta)
	{
		my ($unit, $code) = split /\|/, $account;
		next if $self->{unit}{$unit}{section};
		$bare{'23514|establishment_limit'} = 1 if $self->bare($unit, $code, $delta{$account}, \%leads);
	}
	return (\%bare, {}) if %bare;
	for my $account (keys %delta)
	{
		my $verdict = $self->over($account, $delta{$account}, \%leads);
		$over{$verdict} = 1 if $verdict;
	}
	return (\%over, {}) if %over;
	return ({}, \%leads);
}

# Does a person come to hold a second seat today or later?
sub crowded
{
	my ($self, $was_row, $leads) = @_;
	my %persons;
	for my $key (keys %$was_row)
	{
		my ($table, $old) = @{ $was_row->{$key} };
		my $new = $self->{rows}{$table}{ (split / /, $key)[1] };
		$persons{ $_->{person} } = 1 for grep { $_ && $self->is_seat($table, $_) } $new;
	}
	for my $person (keys %persons)
	{
		my (@now, @was, $past);
		my $mine = $self->{of_person}{$person};
		while (my ($key, $row) = each %$mine)
		{
			next unless $self->is_seat((split / /, $key)[0], $row);
			$now[$_]++ for $row->{from} .. $row->{to} - 1;
		}
		my %old = (%$mine, map { $_ => $was_row->{$_}[1] } keys %$was_row);
		while (my ($key, $row) = each %old)
		{
			next unless $row && defined $row->{person} && $row->{person} == $person;
			next unless $self->is_seat((split / /, $key)[0], $row);
			$was[$_]++ for $row->{from} .. $row->{to} - 1;
		}
		for my $slot (0 .. $#now)
		{
			next unless ($now[$slot] // 0) > 1 && $now[$slot] > ($was[$slot] // 0);
			return 1 if $slot >= $self->{today};
			$past = 1;
		}
		$leads->{'second_seat'} = 1 if $past;
	}
	return 0;
}

# L5: rows where no category of their path has a line
sub bare
{
	my ($self, $unit, $code, $delta, $leads) = @_;
	my $rules = $self->{category}{$code};
	my $by = $delta->{d} or return 0;
	return 0 if $rules->{without_quota} eq 'allow' || $rules->{enforcement} eq 'off';
	my @lines = map { $self->{level}{"$unit|$_"}{l} // \@none } @{ $self->path($code) };
	my ($present, $past);
	for my $slot ($rules->{since} .. $self->{slots} - 1)
	{
		next unless $by->[$slot] > 0;
		next if grep { $_->[$slot] > 0 } @lines;
		if ($slot >= $self->{today}) { $present = 1 }
		else { $past = 1 }
	}
	if ($rules->{without_quota} eq 'refuse' && $rules->{enforcement} eq 'reject')
	{
		return 1 if $present || ($past && $rules->{past_excess} eq 'reject');
	}
	$leads->{"not_configured $unit $code"} = 1 if $present || $past;
	return 0;
}

# L2, L3, L6, L7, entries closed, and lines below zero
sub over
{
	my ($self, $account, $delta, $leads) = @_;
	my ($unit, $code) = split /\|/, $account;
	my $rules = $self->{category}{$code};
	my $level = $self->{level}{$account};
	my ($a, $l, $c, $f, $r) = map { $level->{$_} // \@none } qw(a l c f r);
	my ($da, $dl, $df, $dr) = map { $delta->{$_} // \@none } qw(a l f r);
	my ($present, $past, $cut, $cut_past, $unsure);
	for my $slot (0 .. $self->{slots} - 1)
	{
		return '23514|quota_not_negative' if $a->[$slot] < 0 && $da->[$slot] < 0;
		my $load = $f->[$slot] + $r->[$slot];
		my $asked = $df->[$slot] + $dr->[$slot];
		my $over = $l->[$slot] > 0 && $load > $a->[$slot];
		if ($asked > 0 && ($over || $c->[$slot] > 0))
		{
			next if $slot < $rules->{since};
			if ($slot >= $self->{today}) { $present = 1 }
			else { $past = 1 }
			next;
		}
		my $ended = $l->[$slot] == 0 && $dl->[$slot] < 0 && $load > 0;
		next unless $ended || $over && ($da->[$slot] < 0 || $l->[$slot] == $dl->[$slot]);
		# who came and lost the line in one statement was never in place: a lead may be left or not
		if ($ended && $load == $asked) { $unsure = 1 }
		elsif ($slot >= $self->{today}) { $cut = 1 }
		else { $cut_past = 1 }
	}
	return undef if $rules->{enforcement} eq 'off';
	if ($rules->{enforcement} eq 'reject')
	{
		return '23514|establishment_limit' if $present || ($past && $rules->{past_excess} eq 'reject');
	}
	if ($present) { $leads->{"recorded_excess $unit $code"} = 1 }
	elsif ($past) { $leads->{"past_excess $unit $code"} = 1 }
	if ($cut) { $leads->{"over_by_cut $unit $code"} = 1 }
	elsif ($cut_past && !$unsure) { $leads->{"past_excess $unit $code"} = 1 }
	if ($unsure) { $leads->{"?$_ $unit $code"} = 1 for 'over_by_cut', 'past_excess' }
	return undef;
}

# The strength of every account that has any: account => [ "authorized filled reserved" of each slot ]
sub strength
{
	my ($self) = @_;
	my %strength;
	for my $account (keys %{ $self->{level} })
	{
		my ($a, $l, $f, $r) = map { $self->{level}{$account}{$_} // \@none } qw(a l f r);
		$strength{$account} =
		  [ map { ($l->[$_] > 0 ? $a->[$_] : '') . " $f->[$_] $r->[$_]" } 0 .. $self->{slots} - 1 ];
	}
	return \%strength;
}

1;
